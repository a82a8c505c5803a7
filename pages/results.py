"""Ship, stop, or keep running?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from experiments.describing import methods
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
    over_time,
    planning,
    segment_effects,
    state,
    verdicts,
)

QUESTION = "Ship, stop, or keep running?"


def main() -> None:
    """Draw the page."""
    top = st.container()
    found = outcomes.chosen(state.current())
    if found is None:
        return
    key, results = found
    with top:
        headline.answer(verdicts.answer(results), simulated=results.meta.simulated)
        st.caption(verdicts.who(results))
        verdicts.banner(results)
        believing.draw(results.fidelity)
        verdicts.figures(results)
    rows = readings(results)
    _metrics(rows, results)
    _guardrails(rows, results)
    verdicts.checks(results)
    verdicts.adherence(results)
    over_time.draw(results)
    segment_effects.draw(results)
    if results.meta.simulated:
        only_simulated.draw(key, results)
    _origin(results)
    st.page_link(
        "pages/report.py",
        label="Make a report of this",
        icon=":material/description:",
        query_params={state.DATA: state.current().fingerprint, outcomes.RESULT: key},
    )


def _metrics(rows: pd.DataFrame, results: Results) -> None:
    """Draw the primary and secondary metrics."""
    st.subheader("What changed", anchor=False, help=glossary.tip("uplift"))
    if results.verdict.status == "unhealthy":
        st.caption("The experiment is not sound: do not act on these figures.")
    shown = rows[rows["role"] != "guardrail"]
    effects.intervals(shown, results.plan, "effects")
    effects.table(shown, results.plan, "figures")


def _guardrails(rows: pd.DataFrame, results: Results) -> None:
    """Draw the metrics that must not get worse."""
    st.subheader("Guardrails", anchor=False, help=glossary.tip("guardrail"))
    guarded = rows[rows["role"] == "guardrail"]
    if guarded.empty:
        st.caption("The plan has none.")
        return
    allowed = ", ".join(
        f"{metric.label} may lose {formats.share(metric.margin, 0)}" for metric in results.plan.guardrails
    )
    st.caption(f"{allowed}. Safe: the interval excludes a larger loss. Harmed: all of it is a loss, and not safe.")
    effects.intervals(guarded, results.plan, "guardrails")
    effects.table(guarded, results.plan, "guardrail-figures")


def _origin(results: Results) -> None:
    """Say where the figures come from."""
    meta = results.meta
    with st.expander("Where these figures come from"):
        st.markdown(planning.summary(results.plan))
        st.markdown(f"Hypothesis: {formats.words(results.plan.hypothesis)}")
        versions = ", ".join(f"{name} {number}" for name, number in meta.versions.items())
        st.markdown(
            f"Plan `{results.plan.hash}` · dataset {meta.dataset}, {formats.plural(meta.rows, 'row')}, fingerprint "
            f"`{meta.fingerprint}` · seed {meta.seed} · computed {meta.computed} · {versions}"
        )
        st.markdown("\n".join(f"- {sentence}" for sentence in methods(results.plan)))
        if not results.meta.simulated:
            for note in results.notes:
                st.caption(formats.words(note))


if __name__ == "__main__":
    chrome.page(QUESTION, main)
