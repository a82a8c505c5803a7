"""What a terminal shows of an analysed export: verdict, effects, segments, health, and what became of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from engine.commands.printing import print_table
from experiments.describing import interval_name
from experiments.importing.records import FileReport
from experiments.importing.task import Analysed
from experiments.metrics import Metric, find
from experiments.results import Results
from experiments.wording import count, differences, level, p_value, percent, share

_REASONS_SHOWN = 5


def print_analysed(found: Analysed, key: str | None) -> None:
    """Print an analysed export, and the id under which it is kept, if it is."""
    results = found.results
    meta, verdict = results.meta, results.verdict
    print(f"{meta.dataset} · {count(meta.units)} units · {meta.days} {'day' if meta.days == 1 else 'days'}\n")
    print(f"{verdict.title.upper()}. {verdict.reason}\nNext: {verdict.next_step}\n")
    if results.adherence is not None:
        print(f"{results.adherence.sentence}\n")
    _print_effects(results)
    _print_segments(results)
    print("\nHealth")
    for check in results.checks:
        print(f"  {check.status:<8} {check.title}: {check.sentence}")
    for file in found.files:
        _print_rows(file)
    if key is not None:
        print(f"\nKept as {key}: python -m experiments report {key} --out report.html")


def _print_effects(results: Results) -> None:
    rows = results.effects.to_dict(orient="records")
    interval = interval_name(results.plan, days_run=results.meta.days)
    print_table(
        ("metric", *_header(interval)), [_cells(row, find(results.plan.metrics, row["metric"])) for row in rows]
    )
    print("* primary metric" + (", + adjusted by covariates" if any(row["covariate_adjusted"] for row in rows) else ""))
    for row in rows:
        metric = find(results.plan.metrics, row["metric"])
        if row["covariate_adjusted"]:
            alone, low, high = differences(metric, *(row[f"unadjusted_absolute{end}"] for end in ("", "_low", "_high")))
            p = p_value(row["unadjusted_p_value"])
            print(f"{row['metric']} in {row['variant']} without covariates: {alone} ({low} to {high}, {p})")
        if row["explanation"]:
            print(f"{row['metric']} in {row['variant']}: {row['explanation']}")


def _print_segments(results: Results) -> None:
    primary = results.plan.primary
    shown = results.segments[results.segments["metric"] == primary.name].to_dict(orient="records")
    if not shown:
        return
    print(f"\nBy segment (exploratory): {primary.label}")
    print_table(
        ("segment", *_header(f"{share(1 - results.plan.alpha, 0)} interval")),
        [(f"{row['by']} {row['segment']}", *_cells(row, primary)[1:]) for row in shown],
    )
    differ: pd.DataFrame = results.heterogeneity[results.heterogeneity["metric"] == primary.name]
    for test in differ.to_dict(orient="records"):
        said = p_value(test["p_value"])
        print(f"Does {test['by']} change the uplift of {test['variant']}? {said} (Cochran's Q)")


def _print_rows(file: FileReport) -> None:
    print(
        f"\n{file.source}: {count(file.rows_read)} rows read, {count(file.rows_kept)} kept, "
        f"{count(file.rows_refused)} refused"
    )
    for reason, number in list(file.reasons.items())[:_REASONS_SHOWN]:
        example = file.refused[file.refused["reason"] == reason].iloc[0]
        print(f"  {count(number)} × {reason}, first on line {example['line']}")
    if len(file.reasons) > _REASONS_SHOWN:
        print(f"  and {count(len(file.reasons) - _REASONS_SHOWN)} more reasons")


def _header(interval: str) -> tuple[str, ...]:
    return (
        "variant", "control", "treatment", "uplift", interval, "relative", "p", "corrected p", "chance to win",
        "outcome",
    )  # fmt: skip


def _cells(row: Mapping[Any, Any], metric: Metric) -> tuple[str, ...]:
    marks = "*" * (metric.role == "primary") + "+" * bool(row["covariate_adjusted"])
    absolute, low, high = differences(metric, row["absolute"], row["absolute_low"], row["absolute_high"])
    return (
        f"{row['metric']} {marks}".rstrip(),
        row["variant"],
        level(metric, row["control_value"]),
        level(metric, row["treatment_value"]),
        absolute,
        f"{low} to {high}",
        percent(row["relative"]),
        p_value(row["p_value"]).removeprefix("p ").removeprefix("= "),
        p_value(row["p_value_adjusted"]).removeprefix("p ").removeprefix("= "),
        share(row["chance_to_win"]),
        row["outcome"],
    )
