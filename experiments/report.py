"""One self-contained HTML file for people who do not have the dashboard. It opens offline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from experiments.describing import CORRECTIONS, interval_name, measured, methods, stopping_rule
from experiments.metrics import Metric, find
from experiments.report_charts import PALETTES, cumulative_chart, segment_chart, uplift_chart, worlds_chart
from experiments.report_simulated import sections
from experiments.results import Results
from experiments.wording import count, difference, differences, level, p_value, percent, share

_STATUS_SIGNS = {"ship": "▲", "stop": "▼", "keep_running": "●", "inconclusive": "◆", "unhealthy": "✖"}
_SIGNS = {"better": ("▲ better", "good"), "worse": ("▼ worse", "bad")}
_GUARDRAIL_SIGNS = {
    "safe": ("■ safe", "good"),
    "harmed": ("▼ harmed", "bad"),
    "uncertain": ("● undecided", ""),
}
_CHECK_SIGNS = {"ok": "✓ ok", "warning": "! warning", "failed": "✖ failed"}


def html(results: Results) -> str:
    """Return the report of ``results``: verdict, effects beside the truth, health, design, method, sources.

    The file needs no network: Plotly is inside, once. It follows the reader's light or dark scheme, and every
    chart's numbers also stand in a table.
    """
    plan, settings = results.plan, results.meta.settings
    charts = {"uplift": uplift_chart(results)}
    if results.meta.days > 1:
        charts["cumulative"] = cumulative_chart(results)
    segments = _segment_rows(results)
    if segments:
        charts["segments"] = segment_chart(results)
    if results.worlds is not None:
        charts["worlds"] = worlds_chart(results, results.worlds)
    return _environment().get_template("report.html").render(
        results=results,
        plan=plan,
        meta=results.meta,
        verdict=results.verdict,
        sign=_STATUS_SIGNS[results.verdict.status],
        effects=_effect_rows(results),
        segments=segments,
        told=sections(results),
        hidden=int((results.segments["suppressed"] & (results.segments["metric"] == plan.primary.name)).sum()),
        checks=[(_CHECK_SIGNS[check.status], check) for check in results.checks],
        shares=[share(part) for part in plan.shares],
        settings=[(name.replace("_", " ").capitalize(), _setting(part)) for name, part in settings.items()],
        computed=f"{datetime.fromisoformat(results.meta.computed):%d %b %Y, %H:%M} UTC",
        interval=interval_name(plan, days_run=results.meta.days),
        stopping=stopping_rule(plan),
        correction=CORRECTIONS[plan.correction],
        methods=methods(plan),
        metrics=[(metric.label, measured(metric), _role(metric)) for metric in plan.metrics],
        differ=_differences(results),
        evidence="Chance to win" if plan.stopping == "bayesian" else "p",
        charts=charts,
        chart_data=_script(charts),
        palettes=_script(PALETTES),
        plotly=_plotly(),
    )  # fmt: skip


def _effect_rows(results: Results) -> list[dict[str, Any]]:
    truth = results.truth if results.meta.simulated else None
    rows = []
    for place, row in enumerate(results.effects.to_dict(orient="records")):
        metric = find(results.plan.metrics, row["metric"])
        shown = _figures(results, row)
        shown["role"] = _role(metric)
        shown["unadjusted"] = _unadjusted(metric, row)
        if row["outcome"] in _GUARDRAIL_SIGNS:
            shown["mark"], shown["css"] = _GUARDRAIL_SIGNS[row["outcome"]]
        if truth is not None:
            true = truth.iloc[place]
            shown["truth"] = f"{difference(metric, true['absolute'])} ({percent(true['relative'])})"
            shown["inside"] = {True: "inside the interval", False: "outside the interval"}.get(true["inside"], "—")
        rows.append(shown)
    return rows


def _segment_rows(results: Results) -> list[dict[str, Any]]:
    table = results.segments
    shown = table[(table["metric"] == results.plan.primary.name) & ~table["suppressed"]]
    rows = []
    for row in shown.to_dict(orient="records"):
        figures = _figures(results, row)
        figures["by"], figures["segment"] = row["by"].replace("_", " "), row["segment"]
        figures["units"] = f"{count(row['n_control'])} / {count(row['n_treatment'])}"
        if results.meta.simulated:
            figures["truth"] = percent(row["true_relative"])
        rows.append(figures)
    return rows


def _figures(results: Results, row: dict[Any, Any]) -> dict[str, Any]:
    metric = find(results.plan.metrics, row["metric"])
    missing = row["outcome"] == "missing"
    absolute, low, high = differences(metric, row["absolute"], row["absolute_low"], row["absolute_high"])
    mark, css = _SIGNS.get(row["outcome"], ("", ""))
    bayesian = results.plan.stopping == "bayesian"
    return {
        "metric": metric.label,
        "variant": results.plan.title(row["variant"]),
        "control": level(metric, row["control_value"]),
        "treatment": level(metric, row["treatment_value"]),
        "uplift": absolute,
        "interval": "Not enough data" if missing else f"{low} to {high}",
        "relative": percent(row["relative"]),
        "relative_interval": "—"
        if pd.isna(row["relative_low"])
        else f"{percent(row['relative_low'])} to {percent(row['relative_high'])}",
        "p": share(row["chance_to_win"]) if bayesian else p_value(row["p_value_adjusted"]).replace("no p-value", "—"),
        "explanation": row["explanation"],
        "mark": mark,
        "css": css,
    }


def _role(metric: Metric) -> str:
    return metric.role if metric.margin is None else f"{metric.role}, may lose {share(metric.margin, 0)}"


def _unadjusted(metric: Metric, row: dict[Any, Any]) -> str:
    """Return the absolute uplift without covariates and its interval, where the row is adjusted."""
    if not row["covariate_adjusted"]:
        return ""
    parts = ("absolute", "absolute_low", "absolute_high")
    absolute, low, high = differences(metric, *(row[f"unadjusted_{part}"] for part in parts))
    return f"{absolute} ({low} to {high})"


def _differences(results: Results) -> list[str]:
    """Return, for the primary metric, whether segments differ in their uplift, a sentence a grouping and treatment."""
    plan = results.plan
    tested = results.heterogeneity
    tested = tested[(tested["metric"] == plan.primary.name) & tested["p_value"].notna()]
    return [
        f"By {row['by'].replace('_', ' ')}, uplifts of {plan.title(row['variant'])} "
        f"{'differ' if row['p_value'] < plan.alpha else 'do not differ'} by more than chance "
        f"({p_value(row['p_value'])})."
        for row in tested.to_dict(orient="records")
    ]


def _setting(value: Any) -> str:
    """Return a setting in words: an arm as its model and parameters, yes and no, lists joined."""
    if isinstance(value, Mapping):
        params = ", ".join(f"{name} {part}" for name, part in value["params"].items())
        return f"{'+'.join((value['model'], *value.get('then', ())))} ({params or 'default parameters'})"
    if isinstance(value, list | tuple):
        return "; ".join(_setting(part) for part in value)
    if value is None or isinstance(value, bool):
        return "yes" if value else "no"
    return count(value) if isinstance(value, int) else str(value)


def _script(data: Any) -> str:
    """Return JSON that can stand inside a script element whatever names the data holds."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("experiments"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _plotly() -> str:
    # Plotly takes most of a second to import.
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
