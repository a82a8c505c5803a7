"""What would the test say, and what is the truth?"""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from experiments.reading import readings
from experiments.results import Results
from pages.parts import (
    believing,
    chrome,
    effects,
    formats,
    glossary,
    headline,
    only_simulated,
    outcomes,
    plan_conduct,
    plan_decision,
    plan_rigour,
    plan_truth,
    plan_variants,
    planning,
    progress,
    provenance,
    registration,
    state,
    uses,
    verdicts,
)

QUESTION = "What would the test say, and what is the truth?"
_ASKED = "simulate_asked"


def main() -> None:
    """Draw the page."""
    dataset = state.current()
    top = st.container()
    choice = _choose()
    if choice is None:
        with top:
            headline.answer("Choose at least one treatment.", simulated=True)
        return
    plan = choice.plan
    key = outcomes.key_of(choice, dataset)
    if outcomes.finished(key):
        results = outcomes.load(key)
        provenance.kept(key, results.meta)
        with top:
            headline.answer(verdicts.beside_truth(results), simulated=True)
        _finished(key, results)
        return
    with top:
        headline.answer(_before(choice, dataset), simulated=True)
    registration.badge(plan)
    progress.watch({key: "Simulating"})
    now = jobs.status(key)
    if not now.active:
        label = "Run the simulation" if now.state == "unknown" else "Run it again"
        asked = st.session_state.pop(_ASKED, False)
        if st.button(label, type="primary", icon=":material/play_arrow:", key="run") or asked:
            outcomes.show(outcomes.start(choice, dataset))
            st.rerun()
        st.caption(
            "The users are assigned at random and live those days with what their variant shows them; then everybody "
            "lives them again under each variant, with the same luck. That second part is the truth."
        )


def _choose() -> planning.Choice | None:
    """Ask what to run; the plan itself stays folded, for it was made on the Design page."""
    with st.container(border=True):
        control, treatments = plan_variants.ask(explain=True)
        length, run = plan_conduct.ask(len(treatments))
        run |= plan_truth.ask() | uses.carried()
        with st.expander("The plan: what decides, what guards, how sure, when it may stop"):
            rules = plan_decision.ask() | plan_rigour.ask(length["days"])
    choice = planning.Choice(control, treatments, rules | length, run)
    if treatments:
        st.markdown(planning.summary(choice.plan))
        return choice
    return None


def _before(choice: planning.Choice, dataset: Dataset) -> str:
    control, *treatments = choice.plan.titles
    return (
        f"{formats.listed(treatments)} against {control}: "
        f"{formats.plural(choice.run['users'], 'simulated user')} made from {dataset.name}, for "
        f"{formats.plural(choice.rules['days'], 'day')}."
    )


def _finished(key: str, results: Results) -> None:
    """Show the verdict, and every estimate beside the truth it was meant to find."""
    outcomes.show(key)
    verdicts.banner(results)
    believing.draw(results.fidelity)
    st.page_link(
        "pages/results.py",
        label="Read the results",
        icon=":material/fact_check:",
        query_params={state.DATA: state.current().fingerprint, outcomes.RESULT: key},
    )
    if results.worlds is None:
        _more_worlds()
    rows = readings(results)
    st.subheader("The estimate beside the truth", anchor=False)
    st.caption(
        f"The estimate is what the test says from {formats.plural(results.meta.units, 'user')} split between the "
        f"variants. The truth (◇) is known because the users are simulated: {glossary.TERMS['true_uplift'].formula}."
    )
    effects.intervals(rows, results.plan, "simulate-effects")
    effects.table(rows, results.plan, "simulate-figures")
    only_simulated.draw(key, results)


def _more_worlds() -> None:
    """Offer to look for the truth in many plausible worlds, for one fit of the users is one number."""

    def ask() -> None:
        st.session_state[plan_truth.WORLDS] = plan_truth.SUGGESTED
        st.session_state[_ASKED] = True

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("This is the truth of one world. Would another that might as well have made the log say the same?")
        st.button(
            f"Ask {plan_truth.SUGGESTED} plausible worlds", key="more-worlds", icon=":material/public:", on_click=ask
        )


if __name__ == "__main__":
    chrome.page(QUESTION, main)
