"""``python -m experiments analyze``: the export of a real experiment, from its rows to its verdict."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from experiments.metrics import Metric, find
from experiments.plan import Stopping
from experiments.wording import count, difference, level, p_value, percent, share

if TYPE_CHECKING:
    from experiments.importing import Imported
    from experiments.results import Results

_REASONS_SHOWN = 5


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("analyze", help="the export of a real experiment, from its rows to its verdict")
    parser.add_argument(
        "file",
        metavar="FILE",
        help="CSV, TSV, JSON Lines or Parquet: one row a unit, a unit and day, or (with --metrics-file) an exposure",
    )
    columns = parser.add_argument_group("columns, guessed unless given")
    columns.add_argument("--unit", metavar="COL", help="who was randomised")
    columns.add_argument("--variant", metavar="COL", help="what the unit was given")
    columns.add_argument("--control", metavar="NAME", help="the variant to beat")
    columns.add_argument("--day", metavar="COL", help="day or time of a row; '' to read none")
    asked = parser.add_argument_group("what was measured")
    asked.add_argument(
        "--metric",
        action="append",
        default=[],
        metavar="NAME:KIND",
        help="column and kind (mean, count, proportion), or above/below:ratio; may be repeated, the first decides",
    )
    asked.add_argument("--metrics-file", metavar="FILE", help="where FILE holds exposures: a file with the metrics")
    asked.add_argument(
        "--guardrail",
        action="append",
        default=[],
        metavar="NAME:KIND:BETTER:MARGIN",
        help="must not lose more than the margin, such as latency:mean:lower:0.02; may be repeated",
    )
    asked.add_argument(
        "--covariate",
        action="append",
        default=[],
        metavar="METRIC=COL",
        help="a column known before the experiment that foretells the metric (CUPED); may be repeated",
    )
    asked.add_argument("--segment", action="append", default=[], metavar="COL", help="groups of units; may be repeated")
    plan = parser.add_argument_group("the plan")
    plan.add_argument(
        "--split", help="weight of each variant, the control first, then by name: 1,1 (the default) or control=1,new=1"
    )
    plan.add_argument("--days", type=int, help="planned length (default: the days the file has)")
    plan.add_argument(
        "--stopping", choices=get_args(Stopping), default="fixed", help="how often it is looked at (default fixed)"
    )
    plan.add_argument(
        "--correction",
        choices=("none", "holm", "bh", "bonferroni"),
        default="holm",
        help="over all metrics, treatments and segments (default holm)",
    )
    plan.add_argument("--alpha", type=float, default=0.05, help="two-sided level (default 0.05)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the results of the experiment ``args`` name and return the exit code.

    Raises:
        LabError: where the file or the request cannot be.
    """
    from experiments.importing import analyse_export, covariates_of, load, metrics_of, plan_for, split_of, to_record

    metrics = metrics_of(args.metric, args.guardrail)
    split = None if args.split is None else split_of(args.split)
    with progress() as report:
        report("Reading the export", None, None)
        imported = load(
            args.file,
            metrics=metrics,
            unit=args.unit,
            variant=args.variant,
            control=args.control,
            day=args.day,
            segments=args.segment,
            covariates=covariates_of(args.covariate, metrics),
            planned=list(split) if isinstance(split, Mapping) else (),
            measured=args.metrics_file,
        )
        report("Analysing", None, None)
        plan = plan_for(
            imported,
            split=split,
            days=args.days,
            stopping=args.stopping,
            correction=args.correction,
            alpha=args.alpha,
        )
        results = analyse_export(imported, plan)
    if args.json:
        print_json(to_record(results, imported))
    else:
        _print(results, imported, to_record(results, imported)["heterogeneity"])
    return 0


def _print(results: Results, imported: Imported, differ: Sequence[Mapping[str, Any]]) -> None:
    """Print the verdict, the effects, those by segment, the health and what became of the rows."""
    meta, verdict, plan = results.meta, results.verdict, results.plan
    print(f"{meta.dataset} · {count(meta.units)} units · {meta.days} {'day' if meta.days == 1 else 'days'}\n")
    print(f"{verdict.title.upper()}. {verdict.reason}\nNext: {verdict.next_step}\n")
    header = (
        "metric", "variant", "control", "treatment", "uplift", f"{1 - plan.alpha:.0%} interval", "relative", "p",
        "corrected p", "chance to win",
    )  # fmt: skip
    rows = results.effects.to_dict(orient="records")
    print_table(header, [_cells(row, find(plan.metrics, row["metric"])) for row in rows])
    print("* primary metric" + (", + adjusted by covariates" if any(row["covariate_adjusted"] for row in rows) else ""))
    for row in rows:
        if row["explanation"]:
            print(f"{row['metric']} in {row['variant']}: {row['explanation']}")
    shown = results.segments[results.segments["metric"] == plan.primary.name].to_dict(orient="records")
    if shown:
        print(f"\nBy segment (exploratory): {plan.primary.label}")
        print_table(
            ("segment", *header[1:]),
            [(f"{row['by']} {row['segment']}", *_cells(row, plan.primary)[1:]) for row in shown],
        )
        for test in differ:
            if test["metric"] == plan.primary.name:
                found = p_value(test["p_value"])
                print(f"Does {test['by']} change the uplift of {test['variant']}? {found} (Cochran's Q)")
    print("\nHealth")
    for check in results.checks:
        print(f"  {check.status:<8} {check.title}: {check.sentence}")
    for file in imported.files:
        print(
            f"\n{file.source}: {count(file.rows_read)} rows read, {count(file.rows_kept)} kept, "
            f"{count(file.rows_refused)} refused"
        )
        for reason, number in list(file.reasons.items())[:_REASONS_SHOWN]:
            example = file.refused[file.refused["reason"] == reason].iloc[0]
            print(f"  {count(number)} × {reason}, first on line {example['line']}")
        if len(file.reasons) > _REASONS_SHOWN:
            print(f"  and {count(len(file.reasons) - _REASONS_SHOWN)} more reasons")


def _cells(row: Mapping[Any, Any], metric: Metric) -> tuple[str, ...]:
    marks = "*" * (metric.role == "primary") + "+" * bool(row["covariate_adjusted"])
    low, high = difference(metric, row["absolute_low"]), difference(metric, row["absolute_high"])
    return (
        f"{row['metric']} {marks}".rstrip(),
        row["variant"],
        level(metric, row["control_value"]),
        level(metric, row["treatment_value"]),
        difference(metric, row["absolute"]),
        f"{low} to {high}",
        percent(row["relative"]),
        p_value(row["p_value"]).removeprefix("p ").removeprefix("= "),
        p_value(row["p_value_adjusted"]).removeprefix("p ").removeprefix("= "),
        share(row["chance_to_win"]),
    )
