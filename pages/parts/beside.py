"""Two results side by side: verdicts, the uplifts of shared metrics, and what was planned otherwise."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from experiments.comparing import Comparison, compare
from experiments.differing import Difference
from experiments.metrics import find
from experiments.results import Results
from pages.parts import charts, effects, formats, outcomes, state, tables, verdicts

_SIDES = {"first": "First", "second": "Second"}
_DIFFERS = {
    "better": "▲ The second gains more",
    "worse": "▼ The first gains more",
    "unclear": "● No clear difference",
    "missing": formats.NO_VALUE,
}


def draw(first: str, second: str) -> None:
    """Draw the results under both keys beside each other."""
    results = {"first": outcomes.load(first), "second": outcomes.load(second)}
    found = _compared(first, second)
    st.markdown(f"### {formats.plain(found.sentence)}")
    for side, column in zip(_SIDES, st.columns(2), strict=True):
        with column:
            _verdict(side, first if side == "first" else second, results[side])
    if len(found.uplifts):
        _uplifts(found, results)
    else:
        st.info("The two experiments share no metric.", icon=":material/info:")
    for which, labels in (("first", found.first_only), ("second", found.second_only)):
        if labels:
            st.caption(f"Only the {which} measured {formats.listed(list(labels))}.")
    _differences("What was planned otherwise", found.planned, "Both had the same plan.", "planned-otherwise")
    _differences("What ran otherwise", found.run, "Both ran alike.", "run-otherwise")


@st.cache_resource(max_entries=32, show_spinner="Comparing")
def _compared(first: str, second: str) -> Comparison:
    return compare(outcomes.load(first), outcomes.load(second))


def _verdict(side: str, key: str, results: Results) -> None:
    st.markdown(f"**{_SIDES[side]}: {formats.plain(results.plan.hypothesis)}**")
    if results.meta.simulated:
        st.badge("Simulated", icon=":material/science:", color="violet")
    st.caption(formats.plain(verdicts.who(results)))
    verdicts.banner(results)
    st.page_link(
        "pages/results.py",
        label=f"Read the {side}",
        icon=":material/fact_check:",
        query_params={state.DATA: state.current().fingerprint, outcomes.RESULT: key},
    )


def _uplifts(found: Comparison, results: Mapping[str, Results]) -> None:
    """Draw the shared metrics' relative uplifts, both marks under each other, and the figures."""
    st.subheader("Uplifts of shared metrics", anchor=False)
    rows = found.uplifts.to_dict("records")
    several = bool(found.uplifts.duplicated("metric").any())
    marks = pd.DataFrame([_mark(row, side, results[side], several=several) for row in rows for side in _SIDES])
    chart = effects.forest(marks, "relative")
    chart.update_xaxes(tickformat="+.3~%")
    said = "; ".join(
        f"{label.replace('<br>', ', ')} {formats.uplift(value)}"
        for label, value in zip(marks["label"], marks["relative"], strict=True)
    )
    charts.show(chart, alt=f"Relative uplifts of two experiments. {said}.", data=marks, name="beside")
    cells = [_cells(row, results, several=several) for row in rows]
    tables.table(pd.DataFrame(cells), "beside-figures", data=found.uplifts)
    st.caption(
        found.dependence
        or "The difference is the second's relative uplift less the first's; its interval comes from theirs "
        "(Zou & Donner 2008) and is not corrected for several metrics."
    )


def _mark(row: Mapping[Hashable, Any], side: str, results: Results, *, several: bool) -> dict[str, Any]:
    label = f"{_metric(row, results)}<br>{_SIDES[side].lower()}"
    if several:
        label += f", {results.plan.title(row[f'{side}_variant'])}"
    figures = ("relative", "relative_low", "relative_high", "outcome")
    return {"label": label} | {name: row[f"{side}_{name}"] for name in figures}


def _cells(row: Mapping[Hashable, Any], results: Mapping[str, Results], *, several: bool) -> dict[str, str]:
    cells = {"Metric": _metric(row, results["first"])}
    for side, title in _SIDES.items():
        if several:
            cells[f"{title} treatment"] = results[side].plan.title(row[f"{side}_variant"])
        low, high = (formats.uplift(row[f"{side}_relative_{end}"]) for end in ("low", "high"))
        cells[f"{title} uplift"] = formats.uplift(row[f"{side}_relative"])
        cells[f"{title} interval"] = formats.interval(low, high)
        cells[f"{title} reading"] = effects.MARKS[row[f"{side}_outcome"]].words
    if not row["comparable"]:
        return cells | {"Difference": "measured otherwise", "Interval": formats.NO_VALUE, "Reading": formats.NO_VALUE}
    low, high = (formats.points(row[f"relative_difference_{end}"], 1) for end in ("low", "high"))
    return cells | {
        "Difference": formats.points(row["relative_difference"], 1),
        "Interval": formats.interval(low, high),
        "Reading": _DIFFERS[row["outcome"]],
    }


def _metric(row: Mapping[Hashable, Any], results: Results) -> str:
    return find(results.plan.metrics, row["metric"]).label


def _differences(title: str, found: Sequence[Difference], none: str, name: str) -> None:
    st.subheader(title, anchor=False)
    if not found:
        st.caption(none)
        return
    shown = pd.DataFrame([{"What": each.what, "First": each.first, "Second": each.second} for each in found])
    tables.table(shown, name)
