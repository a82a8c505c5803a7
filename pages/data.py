"""What data are we looking at, and what was left out of it?"""

from __future__ import annotations

import streamlit as st

from engine.errors import LabError
from engine.loading import opening
from engine.loading.made_up import NAME
from engine.loading.records import LoadReport
from engine.profile import Profile, profile
from pages.parts import chrome, data_charts, formats, headline, making_up, state, tables
from pages.parts import opening as other

QUESTION = "What data are we looking at?"


def main() -> None:
    """Draw the page."""
    dataset = state.current()
    facts = _profile(dataset.fingerprint)
    headline.answer(facts.sentence, simulated=dataset.name.startswith(NAME))
    headline.figures(
        [
            ("Users", formats.count(facts.users)),
            ("Items", formats.count(facts.items)),
            ("Interactions", formats.count(facts.interactions)),
            ("density", formats.share(facts.density, 2)),
            ("Days", formats.count(facts.span_days)),
        ]
    )
    if facts.first is not None:
        st.caption(f"From {formats.day(facts.first)} to {formats.day(facts.last)}.")
    _left_out(opening.report_of(dataset.fingerprint))
    shape, rhythm = st.columns(2, gap="large")
    with shape:
        st.subheader("How long is the tail?", anchor=False)
        data_charts.long_tail(facts)
    with rhythm:
        timed = facts.per_day is not None
        st.subheader("What did people do, and when?" if timed else "What did people do?", anchor=False)
        data_charts.per_day(facts)
        data_charts.counts(facts)
    if dataset.feedback == "implicit":
        _weights(facts)
    st.subheader("Open other data", anchor=False)
    with st.container(border=True, key="open-other"):
        other.draw()
    with st.expander("Make up a world", icon=":material/science:"):
        making_up.draw()


@st.cache_resource(max_entries=6, show_spinner="Counting")
def _profile(fingerprint: str) -> Profile:
    return profile(state.dataset(fingerprint))


def _left_out(report: LoadReport) -> None:
    """Say what became of every row, and list the refused ones."""
    sums = f"**{report.rows_read:,}** rows read = **{report.rows_kept:,}** kept + **{report.rows_refused:,}** left out."
    if not report.rows_refused:
        headline.banner("success", f"{sums} Every row could be used.")
        return
    reasons = "; ".join(f"{reason}: {formats.plural(rows, 'row')}" for reason, rows in report.reasons.items())
    withheld = ""
    if report.withheld_users:
        withheld = f" {formats.plural(report.withheld_users, 'user')} did not consent and are left out."
    headline.banner("info", f"{sums}{withheld}")
    with st.expander(f"Rows left out, with line and reason ({reasons})"):
        for sentence in report.sentences:
            st.write(sentence)
        tables.table(report.refused.head(1000), "refused", data=report.refused, height=260)
        if report.rows_refused > 1000:
            st.caption(f"The first 1,000 are shown; the download holds all {report.rows_refused:,}.")
    with st.expander("Columns as they were read"):
        st.write(report.source)
        st.write(" · ".join(f"{role} ← `{column}`" for role, column in report.mapping.items()))


def _weights(facts: Profile) -> None:
    """Let the reader say what each kind of event is worth."""
    dataset = state.current()
    with st.expander("What an event is worth to the models"):
        st.write("A user's interest in an item adds up from these weights. Zero leaves an event out.")
        with st.container(horizontal=True):
            weights = {
                event: st.number_input(
                    event,
                    min_value=0.0,
                    value=float(dataset.event_weights.get(event, 1.0)),
                    step=1.0,
                    key=f"weight-{event}-{dataset.fingerprint}",
                    width=150,
                )
                for event in facts.events
            }
        if st.button("Use these weights", key="use-weights", disabled=weights == dict(dataset.event_weights)):
            try:
                state.choose(opening.reweigh(dataset, weights))
            except LabError as error:
                st.error(str(error), icon=":material/error:")
            else:
                st.rerun()


if __name__ == "__main__":
    chrome.page(QUESTION, main)
