"""Whom a treatment truly helps and harms: every simulated user's own difference, by segment."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from experiments import individual_files
from experiments.individual import EVERYBODY, distribution, individual_metrics
from experiments.metrics import Metric, find
from experiments.results import Results
from pages.parts import charts, focus, formats, glossary, groupings, tables

_FEW = 3  # bins of a metric that is all or nothing: the bars have said it
_ABOUT = (
    "Each user lives the same days with the same luck twice: under the treatment and under the control. No live test "
    "can see that. Helped and harmed are read in the metric's own direction; everybody else did exactly the same."
)


def draw(key: str, results: Results) -> None:
    """Draw who gains and who loses by segment, how much, and offer every user's own effects as a file.

    Args:
        key: what the result is kept under.
        results: simulated.
    """
    if results.individual.empty:
        return
    st.subheader("Whom does it truly help?", anchor=False, help=glossary.tip("individual_effect"))
    st.caption(_ABOUT)
    metric, treatment, by = _asked(results)
    table = results.individual
    table = table[(table["metric"] == metric.name) & (table["variant"] == treatment)]
    everybody = table[table["by"] == EVERYBODY].iloc[0]
    st.markdown(
        f"**{metric.label}, {results.plan.title(treatment)}:** {formats.share(everybody['helped'])} of users are "
        f"helped, {formats.share(everybody['harmed'])} harmed, {formats.share(everybody['unchanged'])} unchanged; "
        f"the mean difference, {formats.difference(everybody['mean'], metric.unit)}, is the true uplift."
    )
    rows = table[table["by"].isin([EVERYBODY, by])]
    _bars(rows, metric)
    _spread(key, metric, treatment, by)
    tables.table(pd.DataFrame([_cells(row, metric) for _, row in rows.iterrows()]), "individual", data=rows)
    _download(key)


def _asked(results: Results) -> tuple[Metric, str, str]:
    """Ask which metric, treatment and way of grouping."""
    names = [metric.name for metric in individual_metrics(results.plan)]
    ways = [by for by in results.individual["by"].unique() if by != EVERYBODY] or [EVERYBODY]
    focus.settle("who_metric", names)
    focus.settle("who_by", ways)
    with st.container(horizontal=True):
        name = st.selectbox(
            "Metric",
            names,
            format_func=lambda each: find(results.plan.metrics, each).label,
            key="who_metric",
            bind="query-params",
            width=220,
        )
        treatment = focus.treatment_of(results.plan, "who_treatment", first=results.verdict.variant)
        by = st.selectbox(
            "Group users by", ways, format_func=groupings.title, key="who_by", bind="query-params", width=260
        )
    return find(results.plan.metrics, name or names[0]), treatment, by or ways[0]


def _bars(rows: pd.DataFrame, metric: Metric) -> None:
    """Draw the shares harmed to the left and helped to the right, a line a segment."""
    named = rows["segment"].where(rows["by"] != EVERYBODY, "Everybody")
    chart = charts.figure(x_title="Share of the segment's users", height=110 + 34 * len(rows))
    colours = charts.colours()
    for name, share, place in (("Harmed", -rows["harmed"], 6), ("Helped", rows["helped"], 2)):
        chart.add_bar(
            x=share,
            y=named,
            orientation="h",
            name=name,
            marker={"color": colours[place]},
            text=[formats.share(abs(each)) for each in share],
            textposition="auto",
            hovertemplate="%{y}: %{text} " + name.lower() + "<extra></extra>",
        )
    charts.zero_line(chart, vertical=True)
    chart.update_layout(barmode="relative")
    chart.update_xaxes(showticklabels=False)  # to the left is no negative share; each bar says its own
    chart.update_yaxes(categoryorder="array", categoryarray=named[::-1])
    said = "; ".join(
        f"{segment} {formats.share(helped)} helped, {formats.share(harmed)} harmed"
        for segment, helped, harmed in zip(named, rows["helped"], rows["harmed"], strict=True)
    )
    charts.show(chart, alt=f"Users helped and harmed on {metric.label}. {said}.", data=rows, name="individual-shares")


def _spread(key: str, metric: Metric, treatment: str, by: str) -> None:
    """Draw how large the differences of those who changed are, a line a segment."""
    units = _units(key)
    if units is None:
        st.caption("Every user's own effects are not kept here any more; run the simulation again to see their spread.")
        return
    spread = distribution(units, metric, treatment, by)
    if spread["middle"].nunique() <= _FEW:
        return
    # The bin in the middle holds the unchanged, most users, beside whom the others could not be seen.
    changed = spread.assign(share=spread["share"].where(spread["middle"] != 0))
    chart = charts.figure(x_title=f"Difference in {metric.label.lower()}", y_title="Share of users", height=320)
    charts.zero_line(chart, vertical=True)
    for segment, part in changed.groupby("segment", sort=False):
        chart.add_scatter(x=part["middle"], y=part["share"], mode="lines+markers", name=str(segment), line_shape="hvh")
    chart.update_yaxes(tickformat=".1~%", rangemode="tozero")
    charts.show(
        chart,
        alt=f"How far each user's {metric.label.lower()} differs, by segment, of those it differs for at all.",
        data=spread,
        name="individual-spread",
    )
    st.caption("The bin around zero, with all the unchanged, is left out here; the outermost hold what lies beyond.")


def _cells(row: pd.Series, metric: Metric) -> dict[str, str]:
    """Return one segment as text."""
    return {
        "Segment": "Everybody" if row["by"] == EVERYBODY else row["segment"],
        "Users": formats.count(row["units"]),
        "▲ Helped": formats.share(row["helped"]),
        "Unchanged": formats.share(row["unchanged"]),
        "▼ Harmed": formats.share(row["harmed"]),
        "True uplift": formats.difference(row["mean"], metric.unit),
    }


def _download(key: str) -> None:
    """Offer the file of every user's own effects."""
    if _units(key) is None:
        return
    st.download_button(
        "Every user's own effects (Parquet)",
        data=lambda: individual_files.content(key),
        file_name=f"individual-{key}.parquet",
        mime="application/vnd.apache.parquet",
        key="individual-file",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


@st.cache_resource(max_entries=6, show_spinner=False)
def _units(key: str) -> pd.DataFrame | None:
    return individual_files.kept(key)
