"""Personalization Lab's dashboard: navigation and page chrome, nothing else. Start it with ``make run``."""

from pathlib import Path

import streamlit as st

from pages.parts import chrome

PAGES = {
    "The data": [
        ("pages/data.py", "Data", ":material/table_chart:"),
        ("pages/segments.py", "Segments", ":material/groups:"),
    ],
    "The models": [
        ("pages/models.py", "Models", ":material/leaderboard:"),
        ("pages/recommendations.py", "Recommendations", ":material/recommend:"),
        ("pages/discovery.py", "Discovery health", ":material/explore:"),
    ],
    "The experiment": [
        ("pages/design.py", "Design", ":material/architecture:"),
        ("pages/simulate.py", "Simulate", ":material/science:"),
        ("pages/results.py", "Results", ":material/fact_check:"),
        ("pages/report.py", "Report", ":material/description:"),
    ],
}


def main() -> None:
    """Draw the chrome around the page the reader chose."""
    st.set_page_config(page_title="Personalization Lab", page_icon=chrome.ICON, layout="wide")
    page = st.navigation(
        {
            section: [
                st.Page(file, title=title, icon=icon, default=title == "Data")
                for file, title, icon in pages
                if Path(file).exists()
            ]
            for section, pages in PAGES.items()
        }
    )
    chrome.draw(page)


# Child processes import this file again; only the server may draw.
if __name__ == "__main__":
    main()
