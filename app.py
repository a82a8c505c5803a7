"""Personalization Lab's dashboard: navigation and page chrome, nothing else. Start it with ``make run``."""

import streamlit as st

from pages.parts import chrome

PAGES = {
    "The data": [
        ("pages/data.py", "Data"),
        ("pages/segments.py", "Segments"),
    ],
    "The models": [
        ("pages/models.py", "Models"),
        ("pages/recommendations.py", "Recommendations"),
        ("pages/discovery.py", "Discovery health"),
    ],
    "The experiment": [
        ("pages/design.py", "Design"),
        ("pages/simulate.py", "Simulate"),
        ("pages/experiment.py", "Your experiment"),
        ("pages/results.py", "Results"),
        ("pages/calibration.py", "Calibration"),
        ("pages/history.py", "History"),
        ("pages/report.py", "Report"),
    ],
}


def main() -> None:
    """Draw the chrome around the page the reader chose."""
    st.set_page_config(page_title="Personalization Lab", page_icon=chrome.ICON, layout="wide")
    page = st.navigation(
        {
            section: [st.Page(file, title=title, default=title == "Data") for file, title in pages]
            for section, pages in PAGES.items()
        }
    )
    chrome.draw(page)


# Child processes import this file again; only the server may draw.
if __name__ == "__main__":
    main()
