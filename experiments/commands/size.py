"""``python -m experiments size``: how many units an experiment needs."""

from __future__ import annotations

import argparse
from typing import Any

from engine.commands.printing import print_json
from engine.errors import ExperimentError
from experiments.design import sample_size
from experiments.wording import share


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("size", help="how many units an experiment needs")
    parser.add_argument("--metric", required=True, choices=["proportion", "mean", "ratio"], help="metric kind")
    parser.add_argument("--baseline", required=True, type=float, help="the metric in the control")
    parser.add_argument("--mde", required=True, type=float, help="smallest uplift worth finding")
    parser.add_argument("--relative", action="store_true", help="the MDE is relative to the baseline")
    parser.add_argument("--variance", type=float, help="variance of one unit's value (mean, ratio)")
    parser.add_argument("--power", type=float, default=0.8, help="chance to find the MDE (default 0.8)")
    parser.add_argument("--alpha", type=float, default=0.05, help="two-sided level (default 0.05)")
    parser.add_argument("--arms", type=int, default=2, help="variants, the control too (default 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the units each arm needs and return the exit code.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    if args.arms < 2:
        raise ExperimentError(f"{args.arms} arms were given; an experiment has at least 2.")
    if args.relative and args.baseline == 0:
        raise ExperimentError("A relative MDE needs a baseline other than 0.")
    size = sample_size(
        args.metric,
        baseline=args.baseline,
        mde=args.mde * abs(args.baseline) if args.relative else args.mde,
        variance=args.variance,
        alpha=args.alpha,
        power=args.power,
        split=(1.0,) * args.arms,
    )
    answer = {
        "units_per_arm": size.units[0],
        "total": size.total,
        "mde": size.mde,
        "relative_mde": size.relative_mde,
        "power": size.power,
        "alpha_per_comparison": size.alpha,
    }
    if args.json:
        print_json(answer)
        return 0
    relative = "" if size.relative_mde != size.relative_mde else f" ({share(size.relative_mde)} of the baseline)"
    print(
        f"{size.units[0]:,.0f} units in each of {args.arms} arms, {size.total:,.0f} in all, find an uplift of "
        f"{size.mde:g}{relative} with {share(size.power, 0)} power at alpha {size.alpha:g} a comparison."
    )
    return 0
