"""How do I show this to others?"""

from __future__ import annotations

import streamlit as st

from experiments import report
from experiments.results import Results
from pages.parts import chrome, formats, headline, outcomes, state, verdicts

QUESTION = "How do I show this to others?"
_HOLDS = (
    "**Verdict**: what to do and why, in a sentence.",
    "**Effects**: every metric with its interval, beside the truth where it is simulated.",
    "**Day by day**: how the uplift settled, with the interval that may be read every day.",
    "**Segments**: who gained and who lost, marked exploratory; small cells left out.",
    "**What only a simulation knows**: whether its users can be believed, why the estimate is not the truth, other "
    "plausible worlds, whom the treatment truly helps.",
    "**Health**: what was checked and what it found.",
    "**Design and method**: the plan with its hash, seed, dataset fingerprint and package versions.",
)


def main() -> None:
    """Draw the page."""
    top = st.container()
    found = outcomes.chosen(state.current())
    if found is None:
        return
    key, results = found
    page = _html(key)
    file = page.encode()
    with top:
        headline.answer("Send one file: it opens in any browser, without a network.", simulated=results.meta.simulated)
        st.markdown(f"{verdicts.answer(results)} {verdicts.who(results)}")
        _downloads(key, file, results)
        st.caption(
            f"The HTML file has {formats.file_size(len(file))}, for its charts are inside; it follows the reader's "
            "light or dark setting and prints. The JSON holds every figure."
        )
    st.subheader("What it holds", anchor=False)
    st.markdown("\n".join(f"- {line}" for line in _HOLDS))
    if st.toggle("Show it here", value=True, key="preview", bind="query-params"):
        st.iframe(page, height=900, alt=f"The report: {verdicts.answer(results)}")


def _downloads(key: str, file: bytes, results: Results) -> None:
    """Offer both files; the JSON is only written when somebody asks."""
    name = f"experiment-{key}"
    with st.container(horizontal=True):
        st.download_button(
            "Download the report",
            data=file,
            file_name=f"{name}.html",
            mime="text/html",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="report-html",
        )
        st.download_button(
            "Download the JSON",
            data=lambda: results.to_json().encode(),
            file_name=f"{name}.json",
            mime="application/json",
            icon=":material/data_object:",
            on_click="ignore",
            key="report-json",
        )


@st.cache_resource(max_entries=8, show_spinner="Writing the report")
def _html(key: str) -> str:
    return report.html(outcomes.load(key))


if __name__ == "__main__":
    chrome.page(QUESTION, main)
