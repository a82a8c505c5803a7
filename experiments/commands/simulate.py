"""``python -m experiments simulate``: an A/B test on simulated users, and the truth beside it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json
from engine.commands.progress import progress
from engine.errors import ExperimentError
from engine.uses import USES, Use, find_use
from engine.world.parameters import BEHAVIOURS, WorldParameters
from experiments.commands.simulated import print_simulated
from experiments.drafting import MEASURABLE


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("simulate", help="an A/B test on simulated users, with the truth beside it")
    add_data_options(parser)
    parser.add_argument(
        "--use",
        metavar="USE",
        help=f"what is personalised: {', '.join(USES)} (default rows); named, it brings policies and metric of its own",
    )
    parser.add_argument("--control", metavar="POLICY", help="the policy to beat, such as popularity")
    parser.add_argument(
        "--treatment",
        action="append",
        metavar="POLICY",
        help="a policy to try, such as svd or svd+mmr:0.3; may be repeated",
    )
    parser.add_argument("--users", type=int, help="simulated users (default: as many as the data has)")
    parser.add_argument("--days", type=int, default=14, help="length in days (default 14)")
    parser.add_argument("--split", help="weight of each variant, the control first, such as 1,1 (the default)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same numbers (default 1)")
    parser.add_argument("--retrain-every", type=int, default=7, help="days between refits (default 7)")
    parser.add_argument(
        "--shared-training",
        choices=("yes", "no"),
        default="yes",
        help="whether models learn from all variants' users or each from its own (default yes)",
    )
    parser.add_argument(
        "--worlds", type=int, default=0, help="plausible worlds in which to look for the truth too (default 0)"
    )
    parser.add_argument(
        "--no-interference", action="store_true", help="do not measure what learning during the test does to it"
    )
    parser.add_argument(
        "--without",
        metavar="BEHAVIOUR,...",
        default="",
        help=f"switch behaviours of the users off: {', '.join(BEHAVIOURS)}",
    )
    parser.add_argument(
        "--foretell",
        action="store_true",
        help="foretell the users first, and tell effects apart by their churn risk and expected value too",
    )
    parser.add_argument(
        "--individual", metavar="FILE", help="write every user's own true effects to this .parquet file"
    )
    parser.add_argument(
        "--primary",
        help=f"the metric that decides: {', '.join(metric.name for metric in MEASURABLE)} (default: the use's own)",
    )
    parser.add_argument("--no-keep", action="store_true", help="leave nothing behind")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the results of the experiment ``args`` describe, keep them, and return the exit code.

    Raises:
        LabError: where the data or the request cannot be, or the results cannot be kept.
    """
    from engine.fidelity.once import fidelity_once, measured
    from experiments import database, individual_files
    from experiments.arms import Arm
    from experiments.keeping import keep_simulated
    from experiments.simulate import simulate

    use = find_use(args.use or "rows")
    control, treatments = _compared(args, use)
    target = None if args.individual is None else _target(args.individual)
    if not args.no_keep:
        database.check()  # minutes of work should not find out at their end
    asked: dict[str, Any] = {
        "users": args.users,
        "days": args.days,
        "split": None if args.split is None else _split(args.split),
        "seed": args.seed,
        "retrain_every": args.retrain_every,
        "primary": args.primary or use.primary,
        "shared_training": args.shared_training == "yes",
        "worlds": args.worlds,
        "interference": not args.no_interference,
    }
    if use.name != "rows":
        asked |= {"use": use.name} | ({} if use.guardrails is None else {"guardrails": dict(use.guardrails)})
    named = [name.strip() for name in args.without.split(",") if name.strip()]
    if named:
        asked["without"] = list(WorldParameters().without(*named).switched_off)
    if args.foretell:
        asked["foretell"] = True
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        arms = [Arm.of(spec) for spec in (control, *treatments)]
        check = measured if args.no_keep else fidelity_once
        results = simulate(dataset, control=arms[0], treatments=arms[1:], fidelity=check, report=report, **asked)
    if target is not None and results.units is not None:
        individual_files.write(results.units, target)
    key = None
    if not args.no_keep:
        plain = [arm.to_dict() for arm in arms]
        request = {"dataset": dataset.fingerprint, "control": plain[0], "treatments": plain[1:], **asked}
        key, results = keep_simulated(results, request)
    if args.json:
        print_json({"id": key, **results.to_dict()})
    else:
        print_simulated(results, key)
    return 0


def _compared(args: argparse.Namespace, use: Use) -> tuple[str, Sequence[str]]:
    """Return the control and the treatments: those given, or those of the use where one is named."""
    if args.use is None and (args.control is None or args.treatment is None):
        raise ExperimentError(
            "Control and treatment were not both given. Name them with --control and --treatment, or name a --use, "
            f"which brings its own: {', '.join(USES)}."
        )
    return args.control or use.control, args.treatment or use.treatments


def _target(out: str) -> Path:
    """Return the file to write, or say at once why it cannot be."""
    target = Path(out).expanduser()
    if target.suffix.lower() != ".parquet":
        raise ExperimentError(f"'{out}' does not end in .parquet. Give a name such as individual.parquet.")
    if not target.parent.is_dir() or target.is_dir():
        raise ExperimentError(f"'{out}' cannot be written: its folder does not exist, or it is one. Give another name.")
    return target


def _split(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ExperimentError(f"Split '{text}' was given; expected weights such as 1,1 or 9,1.") from None
