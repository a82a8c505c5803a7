"""What have we tested?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from experiments import database
from experiments.database import Kept
from experiments.verdict import TITLES
from pages.parts import (
    believing,
    beside,
    chrome,
    focus,
    formats,
    headline,
    outcomes,
    picking,
    registered_plans,
    state,
    tables,
    verdicts,
)

QUESTION = "What have we tested?"
_FIRST, _SECOND = "first", "second"
_ANY = "any"
_USERS = {_ANY: "Any", "simulated": "Simulated", "real": "Real"}
_PAGE = 50
_SHOWN = "history_shown"


def main() -> None:
    """Draw the page."""
    picking.said_deleted()
    everything = database.count()
    if not everything:
        headline.answer("No finished experiment is kept here yet.")
        headline.elsewhere(
            "Nothing to look back on yet",
            "Every finished experiment is kept here, simulated or real, until somebody deletes it.",
            "Simulate an experiment",
            "pages/simulate.py",
        )
        registered_plans.draw()
        return
    top = st.container()
    wanted = _filters()
    number = database.count(**wanted)
    with top:
        headline.answer(_answer(everything, number))
    shown = st.session_state.setdefault(_SHOWN, _PAGE)
    rows = database.kept(**wanted, limit=shown)
    if rows:
        _table(rows)
        _more(number, len(rows))
    else:
        st.info("No experiment matches all of that. Search for fewer words.", icon=":material/search_off:")
    _closer(rows)
    registered_plans.draw()


def _answer(everything: int, number: int) -> str:
    if number != everything:
        return f"{formats.count(number)} of {formats.plural(everything, 'experiment')} match."
    by_verdict = {title: database.count(status=status) for status, title in TITLES.items()}
    told = [f"{formats.count(found)} {title.lower()}" for title, found in by_verdict.items() if found]
    return f"{formats.plural(everything, 'experiment')}: {formats.listed(told)}."


def _filters() -> dict[str, Any]:
    """Ask which experiments to list; return the arguments of ``database.kept``."""
    sources = {each.fingerprint: f"{each.name} · {each.fingerprint[:4]}" for each in database.sources()}
    verdict_names = {_ANY: "Any"} | dict(TITLES)
    data_names = {_ANY: "Any"} | sources
    for key, options in (("verdict", verdict_names), ("people", _USERS), ("on", data_names)):
        focus.settle(key, list(options))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key="search",
            bind="query-params",
            max_chars=200,
            placeholder="Words of a title, hypothesis, variant, metric, data or id",
            width=360,
        )
        verdict = st.selectbox(
            "Verdict",
            list(verdict_names),
            format_func=verdict_names.__getitem__,
            key="verdict",
            bind="query-params",
            width=150,
        )
        people = st.selectbox(
            "Users", list(_USERS), format_func=_USERS.__getitem__, key="people", bind="query-params", width=130
        )
        source = st.selectbox(
            "Data", list(data_names), format_func=data_names.__getitem__, key="on", bind="query-params", width=230
        )
    return {
        "search": search,
        "status": None if verdict == _ANY else verdict,
        "simulated": {"simulated": True, "real": False}.get(people or _ANY),
        "fingerprint": None if source == _ANY else source,
    }


_COLUMNS = {
    "Experiment": st.column_config.TextColumn(width=260),
    "Hypothesis": st.column_config.TextColumn(width=260),
    "Plan": st.column_config.TextColumn(help="Since when the plan is registered, if it is."),
    "Id": st.column_config.TextColumn(help="What a link and `python -m experiments report` name it by."),
}


def _table(rows: list[Kept]) -> None:
    """List experiments; a ticked row is opened below, two are compared."""
    keys = [each.key for each in rows]
    name = f"history-{len(keys)}-{keys[0]}-{keys[-1]}"  # what was ticked in another list is ticked no more
    st.caption("Tick one to open it below, or two to compare them.")
    st.dataframe(
        pd.DataFrame(list(map(_row, rows))),
        hide_index=True,
        column_config=_COLUMNS,
        key=name,
        on_select=lambda: picking.tick((_FIRST, _SECOND), keys, name),
        selection_mode="multi-row",
    )
    tables.download(pd.DataFrame([vars(each) for each in rows]), "history")


def _row(each: Kept) -> dict[str, str]:
    """Return one experiment as text."""
    return {
        "Verdict": verdicts.word(each.status),
        "Experiment": each.title,
        "Users": f"{formats.count(each.units)} {'simulated' if each.simulated else 'real'}",
        "Days": str(each.days),
        "Computed": formats.moment(each.computed),
        "Plan": "not registered" if each.registered is None else formats.day(each.registered),
        "Data": each.dataset,
        "Hypothesis": each.hypothesis,
        "Id": each.key,
    }


def _more(number: int, shown: int) -> None:
    if number <= shown:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"The newest {formats.count(shown)} of {formats.count(number)}.")
        if st.button("Show more", key="history-more", icon=":material/expand_more:"):
            st.session_state[_SHOWN] += _PAGE
            st.rerun()


def _closer(rows: list[Kept]) -> None:
    """Open one experiment, or put two side by side."""
    st.subheader("Look closer", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = picking.experiment("Experiment", _FIRST, rows)
        second = picking.experiment("Beside it", _SECOND, [each for each in rows if each.key != first])
    if first is None:
        st.caption("Choose an experiment to open or delete it; choose a second one to compare the two.")
        return
    if second is not None and second != first:
        beside.draw(first, second)
    else:
        _one(first)


def _one(key: str) -> None:
    """Show one experiment's verdict, and where it can be read, sent or deleted."""
    results = outcomes.load(key)
    st.markdown(f"**{formats.plain(results.plan.hypothesis)}**")
    st.caption(formats.plain(verdicts.who(results)))
    verdicts.banner(results)
    believing.say(results.fidelity)
    verdicts.worlds(results)
    query = {state.DATA: state.current().fingerprint, outcomes.RESULT: key}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/results.py", label="Read the results", icon=":material/fact_check:", query_params=query)
        st.page_link("pages/report.py", label="Make a report", icon=":material/description:", query_params=query)
        picking.delete(key, _FIRST)


if __name__ == "__main__":
    chrome.page(QUESTION, main)
