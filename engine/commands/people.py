"""``python -m engine people``: who will stay away, and what people will be worth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import DataError
from engine.whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd

    from engine.dataset import Dataset
    from engine.metrics.intervals import Estimate
    from engine.people import Predictions, Targets

_LISTS = {"at-stake": "at_stake", "at-risk": "churn_risk", "top": "expected_value"}


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("people", help="each user's churn risk and expected value, and how good they are")
    add_data_options(parser)
    parser.add_argument("--period", type=int, metavar="DAYS", help="days to foretell (default: up to 28, by the log)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the models (default 0)")
    whom = parser.add_mutually_exclusive_group()
    for option, by in _LISTS.items():
        whom.add_argument(
            f"--{option}",
            type=int,
            metavar="N",
            help=f"list N users to address, by {by.replace('_', ' ')}, each with the model's reason",
        )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write every user's predictions, or those listed, to a Parquet file, or CSV where it is named so",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Predict the users, print how good that is and whom to address, write them where asked; return the exit code.

    The file has one row a user, of those listed or of all: ``user_id``, ``churn_risk``, ``expected_value``,
    ``at_stake``, ``risk_reason``, ``value_reason``, ``churn_risk_group`` and ``expected_value_group``.

    Raises:
        LabError: the log has no times or is too short, a file that cannot be written, or data that cannot be used.
    """
    from engine.people import predict_people, targets

    by, most = _asked(args)
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        predictions = predict_people(dataset, period_days=args.period, seed=args.seed, report=report)
        listed = None if most is None else targets(dataset, predictions, by=by, most=most)
        if args.out:
            report("Writing", None, None)
            rows = _rows(dataset, predictions, listed)
            write = rows.to_csv if args.out.suffix.lower() == ".csv" else rows.to_parquet
            with whole_file(args.out) as part:
                write(part, index=False)
    if args.json:
        users = {} if listed is None else {"targets": listed.to_dict()}
        print_json({"dataset": dataset.name, **predictions.to_dict(), **users})
        return 0
    _print(predictions)
    if listed is not None:
        _print_targets(listed)
    if args.out:
        print(f"\n{len(rows):,} users in {args.out}.")
    return 0


def _asked(args: argparse.Namespace) -> tuple[str, int | None]:
    """Return by what users are to be listed, and how many; None for no list.

    Raises:
        DataError: where what was asked for cannot be.
    """
    if args.seed < 0:
        raise DataError(f"--seed was {args.seed}; it must be 0 or more.")
    if args.out and (args.out.is_dir() or not args.out.parent.is_dir()):
        raise DataError(f"--out was {args.out}; it must be a file in a folder that exists, such as people.parquet.")
    for option, by in _LISTS.items():
        most: int | None = getattr(args, option.replace("-", "_"))
        if most is not None:
            if most < 1:
                raise DataError(f"--{option} was {most}; it must be 1 or more, for instance 100.")
            return by, most
    return "at_stake", None


def _rows(dataset: Dataset, predictions: Predictions, listed: Targets | None) -> pd.DataFrame:
    """Return what is written: one row a user listed, the first first, or of all in the order of the user table."""
    from engine.people import TITLES, targets, with_predictions
    from engine.segments import segment_users

    groups = with_predictions(segment_users(dataset), predictions).frame[list(TITLES)]
    groups = groups.astype(str).add_suffix("_group").assign(user_id=dataset.users["user_id"].astype(str))
    if listed is not None:
        return listed.frame.merge(groups, on="user_id", how="left", validate="one_to_one")
    found = targets(dataset, predictions).frame.merge(groups, on="user_id", how="right", validate="one_to_one")
    return found[["user_id", *found.columns.drop("user_id")]]


def _print_targets(listed: Targets) -> None:
    from engine.people.grounds import in_percent

    print(f"\nWhom to address, by {listed.by.replace('_', ' ')}. {listed.sentence}\n")
    why = "value_reason" if listed.by == "expected_value" else "risk_reason"
    header = ["user", "churn risk", "expected value", "at stake", "why"]
    rows = [
        [
            row["user_id"],
            in_percent(row["churn_risk"]),
            *(f"{row[name]:,.2f}" for name in ("expected_value", "at_stake")),
            row[why],
        ]
        for row in listed.frame.to_dict("records")
    ]
    print_table(header, rows)


def _print(predictions: Predictions) -> None:
    found = predictions.judgement
    print(f"{predictions.sentence}\n\n{predictions.value_sentence}\n")
    rows = [
        ["AUC of churn risk", _figure(found.auc), _figure(found.auc_recency), "0.500"],
        ["Brier score, lower is better", _figure(found.brier), _figure(found.brier_recency), _figure(found.brier_base)],
    ]
    print_table(["", "predicted", "recency alone", "base rate"], rows)
    print()
    unit = f"Off by ({predictions.value_unit})"
    print_table(
        ["", "predicted", "as before", "same for all"],
        [[unit, _figure(found.mae), _figure(found.mae_own), _figure(found.mae_usual)]],
    )
    print()
    lift = [
        [f"{row['tenth']}", f"{row['users']:,}", *(f"{row[name]:.2f}" for name in ("observed", "lift", "lift_recency"))]
        for row in found.lift.to_dict("records")
    ]
    print_table(["tenth by risk", "users", "share who stayed away", "lift", "lift of recency"], lift)
    print()
    calibration = [
        [
            f"{row['foretold']:.1%}",
            f"{row['observed']:.1%} ({row['low']:.1%} to {row['high']:.1%})",
            f"{row['users']:,}",
        ]
        for row in found.calibration.to_dict("records")
    ]
    print_table(["risk foretold", "stayed away", "users"], calibration)


def _figure(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
