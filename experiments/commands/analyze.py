"""``python -m experiments analyze``: the export of a real experiment, from its rows to its verdict."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from engine.commands.printing import print_json
from engine.commands.progress import progress
from experiments.boundaries import SPENDING
from experiments.multiplicity import Correction
from experiments.plan import Stopping

if TYPE_CHECKING:
    from experiments.importing import Request


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("analyze", help="the export of a real experiment, from its rows to its verdict")
    parser.add_argument(
        "file",
        metavar="FILE",
        help="CSV, TSV, JSON Lines or Parquet: one row a unit, a unit and day, or (with --metrics-file) an exposure",
    )
    _columns(parser.add_argument_group("columns, guessed unless given"))
    _measured(parser.add_argument_group("what was measured"))
    _rules(parser.add_argument_group("the plan; what is given beside --plan and differs from it is listed"))
    parser.add_argument("--no-keep", action="store_true", help="leave nothing behind: no result, no id")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def _columns(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--unit", metavar="COL", help="who was randomised")
    group.add_argument("--variant", metavar="COL", help="what the unit was given")
    group.add_argument("--control", metavar="NAME", help="the variant to beat")
    group.add_argument("--day", metavar="COL", help="day or time of a row; '' to read none")
    group.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME=COL",
        help="the file's column of what metrics, segments or a plan call by another name; may be repeated",
    )
    group.add_argument(
        "--rename",
        action="append",
        default=[],
        metavar="FOUND=PLANNED",
        help="what a plan calls a variant that the file calls otherwise; may be repeated",
    )
    group.add_argument(
        "--cluster", metavar="COL", help="what was randomised, where it is coarser than a unit (a shop, a household)"
    )
    group.add_argument("--segment", action="append", default=[], metavar="COL", help="groups of units; may be repeated")


def _measured(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--metric",
        action="append",
        default=[],
        metavar="NAME:KIND[:BETTER]",
        help="column and kind (mean, count, proportion, quantile:LEVEL), or above/below:ratio; better is higher "
        "unless it says lower; may be repeated, the first decides",
    )
    group.add_argument("--metrics-file", metavar="FILE", help="where FILE holds exposures: a file with the metrics")
    group.add_argument(
        "--guardrail",
        action="append",
        default=[],
        metavar="NAME:KIND:BETTER:MARGIN",
        help="must not lose more than the margin, such as latency:mean:lower:0.02; may be repeated",
    )
    group.add_argument(
        "--covariate",
        action="append",
        default=[],
        metavar="METRIC=COL",
        help="a column known before the experiment that foretells the metric (CUPED), several with commas, of a "
        "ratio above/below; may be repeated",
    )
    group.add_argument(
        "--cap",
        action="append",
        default=[],
        metavar="METRIC=PERCENTILE",
        help="cut a metric off at a percentile of all units, such as revenue=0.99; may be repeated",
    )


def _rules(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--plan", metavar="FILE", help="YAML or JSON, written down before looking; says all of this")
    group.add_argument(
        "--split", help="weight of each variant, the control first, then by name: 1,1 (the default) or control=1,new=1"
    )
    group.add_argument("--days", type=int, help="planned length (default: the days the file has)")
    group.add_argument("--stopping", choices=get_args(Stopping), help="how often it is looked at (default fixed)")
    group.add_argument("--looks", type=int, help="of a group-sequential plan, equally spaced (default: one a day)")
    group.add_argument("--spending", choices=SPENDING, help="of a group-sequential plan (default obrien-fleming)")
    group.add_argument(
        "--correction",
        choices=get_args(Correction),
        help="over all metrics, treatments and segments (default holm)",
    )
    group.add_argument("--alpha", type=float, help="two-sided level (default 0.05)")
    group.add_argument("--power", type=float, help="for the uplift this run could have found (default 0.8)")


def run(args: argparse.Namespace) -> int:
    """Print the results of the experiment ``args`` name, keep them, and return the exit code.

    Raises:
        LabError: where the file or the request cannot be.
    """
    from experiments import database
    from experiments.commands.printing import print_analysed
    from experiments.importing import to_record
    from experiments.importing.task import analysed, key_of

    request = request_of(args)
    with progress() as report:
        found = analysed(request, report)
    key = None
    if not args.no_keep:
        key = key_of(request)
        database.keep(found.results, key)
    if args.json:
        print_json({"id": key, **to_record(found.results, found.files)})
    else:
        print_analysed(found, key)
    return 0


def request_of(args: argparse.Namespace) -> Request:
    """Return the request that the command line makes.

    Raises:
        LabError: where a metric, covariate, cap, split or plan is written otherwise.
    """
    from experiments.importing import Request, digest_of, metrics_of, pairs_of, split_of, with_caps, with_covariates
    from experiments.plan_file import read_plan

    plan = None if args.plan is None else read_plan(args.plan)
    metrics = metrics_of(args.metric, args.guardrail, planned=plan.metrics if plan else ())
    metrics = with_covariates(with_caps(metrics, args.cap), args.covariate)
    split = None if args.split is None else split_of(args.split)
    return Request(
        source=str(Path(args.file).expanduser().absolute()),
        measured=None if args.metrics_file is None else str(Path(args.metrics_file).expanduser().absolute()),
        digest=digest_of(args.file, args.metrics_file),
        unit=args.unit,
        variant=args.variant,
        control=args.control,
        day=args.day,
        columns=pairs_of(args.column, "Column", "name=column, such as revenue=umsatz"),
        variants=pairs_of(args.rename, "Variant", "found=planned, such as A=control"),
        metrics=metrics,
        segments=tuple(args.segment) if args.segment or plan is None else None,
        cluster=args.cluster,
        split=dict(split) if isinstance(split, Mapping) else split,
        days=args.days,
        stopping=args.stopping,
        looks=args.looks,
        spending=args.spending,
        correction=args.correction,
        alpha=args.alpha,
        power=args.power,
        plan=plan,
    )
