"""A calibration study, drawn: the curve of peeking, every metric by every way of looking, the p-values."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from experiments.calibration import METHODS, Calibration
from experiments.metrics import find
from pages.parts import charts, focus, formats, glossary, headline, tables

_OUTCOMES = {"holds": "✓", "cautious": "✓", "above": "▲", "cries_wolf": "✗"}
_DASHES = {
    "peeking": "solid",
    "obrien-fleming": "solid",
    "pocock": "dash",
    "always-valid": "dot",
    "bayesian": "dashdot",
}
_COLOURS = {"peeking": 1, "obrien-fleming": 0, "pocock": 7, "always-valid": 2, "bayesian": 3}
_SHOWN = ("peeking", "obrien-fleming", "always-valid")


def figures(found: Calibration) -> None:
    """Draw what the plan's own rule does to its primary metric."""
    row = found.row(found.method)
    headline.figures(
        [
            ("false_alarms", formats.share(row["false_positive_rate"])),
            (f"Finds {formats.uplift(found.uplift, 0)}", formats.share(row["power"])),
            ("interval_coverage", formats.share(row["coverage"])),
            ("type_m", _times(row["type_m"])),
            ("stopping_share", formats.share(row["stopping_share"], 0)),
        ]
    )
    what = "clusters" if found.clustered else "simulated users" if found.meta.simulated else "units"
    st.caption(
        f"{found.plan.primary.label} under the plan's own rule: {_within(METHODS[found.method])} · "
        f"{formats.decimal(found.replications, 0)} re-randomisations of {formats.count(found.meta.units)} {what} from "
        f"{formats.plain(found.meta.dataset)}, {formats.plural(len(found.looks), 'look')} · took "
        f"{formats.seconds(found.seconds)}"
    )


def peeking(found: Calibration) -> None:
    """Draw how false alarms, or finds, pile up from look to look."""
    st.subheader("What peeking does", anchor=False, help=glossary.tip("false_alarms"))
    st.markdown(found.sentence)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = focus.metric_of(found.plan, "wolf_metric")
        variant = focus.treatment_of(found.plan, "wolf_treatment")
        what = st.segmented_control(
            "Share of tests that found a difference",
            ("false_positive_rate", "power"),
            default="false_positive_rate",
            required=True,
            format_func=lambda name: (
                "Nothing differs" if name == "false_positive_rate" else f"A true {formats.uplift(found.uplift, 0)}"
            ),
            key="wolf",
            bind="query-params",
        )
        methods = st.multiselect(
            "Ways of looking",
            list(_DASHES),
            default=list(_SHOWN),
            format_func=METHODS.__getitem__,
            key="ways",
            bind="query-params",
            width=420,
        )
    rows = found.by_look[(found.by_look["metric"] == metric.name) & (found.by_look["variant"] == variant)]
    rows = rows[rows["method"].isin(methods)].merge(found.looks, on="look")
    _curve(found, rows, str(what), metric.label)


def _curve(found: Calibration, rows: pd.DataFrame, what: str, label: str) -> None:
    by_day = bool(found.looks["day"].notna().all())
    along = "day" if by_day else "units"
    title = {"false_positive_rate": "False alarms so far", "power": "Found so far"}[what]
    chart = charts.figure(x_title="Day of the look" if by_day else "Units seen", y_title=title, height=380)
    colours = charts.colours()
    for name, line in rows.groupby("method", sort=False):
        chart.add_scatter(
            x=line[along],
            y=line[what],
            mode="lines+markers",
            name=METHODS[str(name)],
            line={"color": colours[_COLOURS[str(name)]], "width": 2.5, "dash": _DASHES[str(name)]},
            marker={"size": 5},
            hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )
    promised = found.plan.alpha if what == "false_positive_rate" else found.plan.power
    charts.zero_line(chart, vertical=False, at=promised)
    chart.add_annotation(
        x=0, xref="paper", xanchor="left", y=promised, yanchor="bottom", text=formats.share(promised, 0),
        showarrow=False,
    )  # fmt: skip
    chart.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    chart.update_xaxes(nticks=7)
    last = rows[rows["look"] == rows["look"].max()]
    said = ", ".join(
        f"{METHODS[name]} {formats.share(value)}" for name, value in zip(last["method"], last[what], strict=True)
    )
    charts.show(
        chart,
        alt=f"{title} for {label} by look; at the last look: {said or 'nothing chosen'}.",
        data=rows,
        name="peeking",
    )


def table(found: Calibration) -> None:
    """List every metric by every way of looking, with Monte-Carlo intervals and a verdict in words."""
    st.subheader("Every metric, every way of looking", anchor=False)
    st.caption("Intervals in brackets say how surely the rates are known from this many re-randomisations (95%).")
    rates = found.rates
    several = len(found.plan.variants) > 2
    shown = pd.DataFrame(
        {
            "Metric": [find(found.plan.metrics, name).label for name in rates["metric"]],
            **({"Treatment": [found.plan.title(name) for name in rates["variant"]]} if several else {}),
            "Way of looking": rates["method"].map(METHODS),
            glossary.title("false_alarms"): _ranges(rates, "false_positive_rate", "false_positive"),
            f"Finds {formats.uplift(found.uplift, 0)}": _ranges(rates, "power", "power"),
            "Verdict": [
                f"{_OUTCOMES[code]} {words}" for code, words in zip(rates["outcome"], rates["reading"], strict=True)
            ],
            glossary.title("interval_coverage"): _ranges(rates, "coverage", "coverage"),
            glossary.title("type_s"): rates["type_s"].map(formats.share),
            glossary.title("type_m"): rates["type_m"].map(_times),
            glossary.title("stopping_share"): rates["stopping_share"].map(lambda share: formats.share(share, 0)),
        }
    )
    terms = ("false_alarms", "interval_coverage", "type_s", "type_m", "stopping_share")
    tables.table(
        shown,
        "calibration",
        columns={glossary.title(term): st.column_config.TextColumn(help=glossary.tip(term)) for term in terms},
        data=rates,
    )
    family = found.family
    st.caption(
        f"Over all {formats.plural(family['comparisons'], 'comparison')} together, one look at the end: "
        f"{formats.share(family['uncorrected'])} of A/A tests find a difference in at least one, "
        f"{formats.share(family['corrected'])} with the plan's correction. The rates above are of each comparison "
        "alone."
    )


def p_values(found: Calibration) -> None:
    """Draw the histogram of p-values when nothing differs."""
    st.subheader("P-values when nothing differs", anchor=False, help=glossary.tip("p_value"))
    metric = focus.metric_of(found.plan, "p_metric")
    variant = found.plan.variants[1]

    def of(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[(frame["metric"] == metric.name) & (frame["variant"] == variant)]

    rows, test = of(found.p_values), of(found.uniformity).iloc[0]
    gap, allowed = formats.share(test["gap"]), formats.share(test["allowed"])
    if test["gap"] != test["gap"]:
        said = "No re-randomisation had a p-value: every unit has the same value."
    elif test["uniform"]:
        said = f"They are uniform, as they should be: the largest gap is {gap}, and luck alone may make it {allowed}."
    else:
        said = (
            f"They are not uniform: the largest gap is {gap}, and luck alone keeps it under {allowed} 99 times in 100. "
            "Few distinct values or few successes do that; trust the rates above rather than single p-values."
        )
    st.markdown(said)
    chart = charts.figure(
        x_title="p-value, one look at the end", y_title="Share of A/A tests", height=260, legend=False
    )
    chart.add_bar(
        x=(rows["low"] + rows["high"]) / 2,
        y=rows["share"],
        width=(rows["high"] - rows["low"]) * 0.9,
        marker={"color": charts.colours()[0]},
        hovertemplate="%{y:.1%}<extra></extra>",
    )
    charts.zero_line(chart, vertical=False, at=1 / len(rows))
    chart.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
    chart.update_xaxes(nticks=6, range=[0, 1])
    charts.show(chart, alt=f"Histogram of {metric.label}'s p-values in A/A tests. {said}", data=rows, name="p-values")


def _ranges(rates: pd.DataFrame, name: str, stem: str) -> list[str]:
    return [
        f"{formats.share(value)} ({formats.share(low)}–{formats.share(high)})" if value == value else formats.NO_VALUE
        for value, low, high in zip(rates[name], rates[f"{stem}_low"], rates[f"{stem}_high"], strict=True)
    ]


def _within(title: str) -> str:
    """Return a title as it stands within a sentence."""
    return title[:1].lower() + title[1:]


def _times(value: float) -> str:
    return f"{formats.decimal(value, 2)}×" if value == value else formats.NO_VALUE
