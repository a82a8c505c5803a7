"""``python -m experiments simulate``: an A/B test on simulated users, and the truth beside it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import ExperimentError
from experiments.metrics import SIMULATED, find
from experiments.wording import count, difference, differences, level, p_value, percent

if TYPE_CHECKING:
    from experiments.results import Results


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("simulate", help="an A/B test on simulated users, with the truth beside it")
    add_data_options(parser)
    parser.add_argument("--control", required=True, metavar="MODEL", help="the policy to beat")
    parser.add_argument(
        "--treatment", required=True, action="append", metavar="MODEL", help="a policy to try; may be repeated"
    )
    parser.add_argument("--users", type=int, help="simulated users (default: as many as the data has)")
    parser.add_argument("--days", type=int, default=14, help="length in days (default 14)")
    parser.add_argument("--split", help="weight of each variant, the control first, such as 1,1 (the default)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same numbers (default 1)")
    parser.add_argument("--retrain-every", type=int, default=7, help="days between refits (default 7)")
    parser.add_argument(
        "--primary",
        default="conversion",
        help=f"the metric that decides: {', '.join(metric.name for metric in SIMULATED)} (default conversion)",
    )
    parser.add_argument("--no-keep", action="store_true", help="leave nothing behind")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the results of the experiment ``args`` describe, keep them, and return the exit code.

    Raises:
        LabError: where the data or the request cannot be, or the results cannot be kept.
    """
    from experiments import database
    from experiments.keeping import keep_simulated
    from experiments.simulate import simulate

    if not args.no_keep:
        database.check()  # minutes of work should not find out at their end
    asked: dict[str, Any] = {
        "users": args.users,
        "days": args.days,
        "split": None if args.split is None else _split(args.split),
        "seed": args.seed,
        "retrain_every": args.retrain_every,
        "primary": args.primary,
    }
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        results = simulate(dataset, control=args.control, treatments=args.treatment, report=report, **asked)
    key = None
    if not args.no_keep:
        arms = [{"model": model, "params": {}} for model in (args.control, *args.treatment)]
        request = {"dataset": dataset.fingerprint, "control": arms[0], "treatments": arms[1:], **asked}
        key, results = keep_simulated(results, request)
    if args.json:
        print_json({"id": key, **results.to_dict()})
    else:
        _print(results, key)
    return 0


def _print(results: Results, key: str | None) -> None:
    """Print verdict, estimates beside the truth, health, and what the results are kept under."""
    meta, verdict = results.meta, results.verdict
    print(f"Simulated · {meta.dataset} · {count(meta.units)} users · {meta.days} days · seed {meta.seed}\n")
    print(f"{verdict.title.upper()}. {verdict.reason}\nNext: {verdict.next_step}\n")
    rows = []
    beside = results.effects.merge(results.truth, on=["metric", "variant"], suffixes=("", "_true"))
    for row in beside.to_dict(orient="records"):
        metric = find(results.plan.metrics, row["metric"])
        absolute, low, high = differences(metric, row["absolute"], row["absolute_low"], row["absolute_high"])
        rows.append(
            (
                f"{row['metric']}{' *' if metric.role == 'primary' else ''}",
                row["variant"],
                level(metric, row["control_value"]),
                level(metric, row["treatment_value"]),
                absolute,
                f"{low} to {high}",
                p_value(row["p_value"]).removeprefix("p ").removeprefix("= "),
                percent(row["relative"]),
                difference(metric, row["absolute_true"]),
                percent(row["relative_true"]),
                {True: "inside", False: "outside"}.get(row["inside"], ""),
            )
        )
    header = (
        "metric", "variant", "control", "treatment", "uplift", f"{1 - results.plan.alpha:.0%} interval", "p",
        "relative", "TRUE UPLIFT", "relative", "interval",
    )  # fmt: skip
    print_table(header, rows)
    print("* primary metric. True uplift: every user under each policy, with common random numbers.\n")
    print("Health")
    for check in results.checks:
        print(f"  {check.status:<8} {check.title}: {check.sentence}")
    print("".join(f"\nNote: {note}" for note in results.notes))
    if key is not None:
        print(f"\nKept as {key}: python -m experiments report {key} --out report.html")


def _split(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ExperimentError(f"Split '{text}' was given; expected weights such as 1,1 or 9,1.") from None
