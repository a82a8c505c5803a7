"""``python -m experiments calibrate``: would this plan have worked on these units?"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import ExperimentError
from experiments.boundaries import SPENDING
from experiments.multiplicity import Correction
from experiments.plan import Plan, Stopping
from experiments.wording import NO_VALUE, count, percent, share

if TYPE_CHECKING:
    from experiments.calibration import Calibration, Request

_UPLIFT, _LOOKS = 0.03, 14


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser(
        "calibrate", help="would this plan have worked? false alarms, power and coverage by re-randomising units"
    )
    units = parser.add_argument_group("units: an export, the users of a log, or simulated users")
    units.add_argument("file", metavar="FILE", nargs="?", help="an export as analyze reads it; variants are not read")
    units.add_argument("--data", metavar="DATA", help="in place of FILE: sample, a log or a MovieLens folder")
    units.add_argument("--simulate", metavar="DATA", help="in place of FILE: users simulated from this data")
    units.add_argument("--control", default="popularity", metavar="MODEL", help="of --simulate: what users see")
    units.add_argument("--users", type=int, help="of --simulate: how many (default: as many as the data has)")
    units.add_argument("--days", type=int, default=14, help="of --data and --simulate: length of a test (default 14)")
    columns = parser.add_argument_group("columns of FILE, guessed unless given")
    columns.add_argument("--unit", metavar="COL", help="who is randomised")
    columns.add_argument("--day", metavar="COL", help="day or time of a row; '' to read none")
    columns.add_argument("--cluster", metavar="COL", help="what is randomised, where it is coarser than a unit")
    columns.add_argument("--metrics-file", metavar="FILE", help="where FILE holds exposures: a file with the metrics")
    _measured(parser.add_argument_group("what is measured"))
    _rules(parser.add_argument_group("the plan"))
    tried = parser.add_argument_group("the study")
    tried.add_argument("--replications", type=int, default=10_000, help="random re-assignments (default 10,000)")
    tried.add_argument("--looks", type=int, help="looks at the test, at most (default: the plan's or 14)")
    tried.add_argument(
        "--uplift", type=float, help="true relative uplift to be found (default: the plan's MDE or 0.03)"
    )
    tried.add_argument("--exact", action="store_true", help="hold the split's counts to the unit")
    tried.add_argument("--seed", type=int, default=1, help="same seed, same numbers (default 1)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def _measured(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--metric", action="append", default=[], metavar="NAME:KIND[:BETTER]",
        help="as analyze; without FILE, the name of the one that decides",
    )  # fmt: skip
    group.add_argument("--guardrail", action="append", default=[], metavar="NAME:KIND:BETTER:MARGIN", help="as analyze")
    group.add_argument("--covariate", action="append", default=[], metavar="METRIC=COL", help="as analyze")
    group.add_argument("--cap", action="append", default=[], metavar="METRIC=PERCENTILE", help="as analyze")


def _rules(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--plan", metavar="FILE", help="YAML or JSON; says all of this")
    group.add_argument("--split", help="weight of each variant, the control first: 1,1 (the default) or 9,1")
    group.add_argument("--alpha", type=float, help="two-sided level (default 0.05)")
    group.add_argument("--power", type=float, help="chance to find the uplift that is asked for (default 0.8)")
    group.add_argument("--stopping", choices=get_args(Stopping), help="the rule that is judged (default fixed)")
    group.add_argument("--spending", choices=SPENDING, help="of group-sequential (default obrien-fleming)")
    group.add_argument("--correction", choices=get_args(Correction), help="over all metrics (default holm)")


def run(args: argparse.Namespace) -> int:
    """Print what the study of ``args`` found and return the exit code.

    Raises:
        LabError: where the units or the request cannot be.
    """
    from engine.loading import load
    from experiments.calibration import conduct, source_of

    given = [name for name in ("file", "data", "simulate") if getattr(args, name)]
    if len(given) != 1:
        raise ExperimentError(
            f"{len(given) or 'No'} sources of units were given; expected one: a FILE, --data or --simulate."
        )
    request = _request(args, given[0])
    with progress() as report:
        report("Reading the data", None, None)
        dataset = None if given[0] == "file" else load(getattr(args, given[0])).dataset
        found = conduct(request, report, source=source_of(request, report, dataset=dataset))
    if args.json:
        print_json(found.to_dict())
    else:
        _print(found)
    return 0


def _request(args: argparse.Namespace, source: str) -> Request:
    from experiments.calibration import Request

    planned = _planned(args)
    plan = _plan(args, planned, export=source == "file")
    return Request(
        kind={"file": "export", "data": "users", "simulate": "simulator"}[source],
        plan=plan,
        file=args.file,
        reading={
            "unit": args.unit,
            "day": args.day,
            "cluster": args.cluster or plan.cluster,
            "measured": args.metrics_file,
        },
        world={"control": args.control, "users": args.users},
        uplift=args.uplift if args.uplift is not None else (plan.mde or _UPLIFT),
        replications=args.replications,
        looks=args.looks if args.looks is not None else (plan.looks or _LOOKS),
        exact=args.exact,
        seed=args.seed,
    )


def _planned(args: argparse.Namespace) -> Plan | None:
    if args.plan is None:
        return None
    from experiments.plan_file import read_plan

    return read_plan(Path(args.plan))


def _plan(args: argparse.Namespace, planned: Plan | None, *, export: bool) -> Plan:
    """Return the plan that is tried: the one that was written down, with what is given beside it."""
    from dataclasses import replace

    from experiments.importing import metrics_of, split_of, with_caps, with_covariates
    from experiments.metrics import SIMULATED, with_primary

    if export:
        known = planned.metrics if planned else ()
        metrics = metrics_of(args.metric, args.guardrail, planned=known)
    else:
        usual = planned.metrics if planned else SIMULATED
        primary = args.metric[0] if args.metric else planned.primary.name if planned else "conversion"
        metrics = with_primary(usual, primary)
    metrics = with_caps(with_covariates(metrics, args.covariate), args.cap)
    split = split_of(args.split) if args.split else planned.split if planned else (1.0, 1.0)
    weights = tuple(split.values()) if isinstance(split, Mapping) else tuple(split)
    names = tuple(split) if isinstance(split, Mapping) else _names(planned, len(weights))
    rules: dict[str, Any] = {
        "alpha": args.alpha, "power": args.power, "stopping": args.stopping, "spending": args.spending,
        "correction": args.correction,
    }  # fmt: skip
    rules = {name: value for name, value in rules.items() if value is not None}
    rules |= {"metrics": metrics, "split": weights, "variants": names}
    if planned is not None:
        titles = planned.titles if len(planned.titles) == len(names) else ()
        return replace(planned, **rules, titles=titles)
    return Plan(hypothesis="A treatment raises the primary metric.", days=args.days, **rules)


def _names(planned: Plan | None, variants: int) -> tuple[str, ...]:
    if planned is not None and len(planned.variants) == variants:
        return planned.variants
    treatments = range(1, variants)
    return ("control", *("treatment" if variants == 2 else f"treatment {number}" for number in treatments))


def _print(found: Calibration) -> None:
    """Print the answer, what every way of looking does to every metric, and what to know beside."""
    from experiments.calibration import METHODS

    simulated = "Simulated · " if found.meta.simulated else ""
    what = "clusters" if found.clustered else "units"
    print(
        f"{simulated}{found.meta.dataset} · {count(found.replications)} re-randomisations of "
        f"{count(found.meta.units)} {what}, {len(found.looks)} looks, in {found.seconds:.1f} s · "
        f"seed {found.meta.seed}\n"
    )
    print(f"{found.answer}\n{found.sentence}\n")
    header = (
        "metric", "looking", "false alarms (95%)", f"finds {percent(found.uplift)}", "intervals hold it", "type S",
        "type M", "stops at", "A/A at",
    )  # fmt: skip
    rows = found.rates.to_dict(orient="records")
    many = len(found.plan.variants) > 2
    for variant in found.plan.variants[1:]:
        if many:
            print(f"{variant} against {found.plan.variants[0]}")
        print_table(header, [_cells(row, METHODS) for row in rows if row["variant"] == variant])
        print()
    family = found.family
    print(
        f"Over all {family['comparisons']:.0f} comparisons, one look at the end: {share(family['uncorrected'])} of A/A "
        f"tests find a difference in at least one, {share(family['corrected'])} with the plan's correction "
        f"({found.plan.correction})."
    )
    for note in found.notes:
        print(f"Note: {note}")


def _cells(row: Mapping[Any, Any], methods: Mapping[str, str]) -> tuple[str, ...]:
    low, high = share(row["false_positive_low"]), share(row["false_positive_high"])
    wolf = f"{share(row['false_positive_rate'])} ({low} to {high})"
    times = NO_VALUE if row["type_m"] != row["type_m"] else f"{row['type_m']:.2f}x"
    return (
        row["metric"],
        methods[row["method"]],
        wolf,
        share(row["power"]),
        share(row["coverage"]),
        share(row["type_s"]),
        times,
        share(row["stopping_share"], 0),
        share(row["stopping_share_none"], 0),
    )
