"""``python -m engine people``: who will stay away, and what people will be worth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import DataError

if TYPE_CHECKING:
    from engine.metrics.intervals import Estimate
    from engine.people import Predictions


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("people", help="each user's churn risk and expected value, and how good they are")
    add_data_options(parser)
    parser.add_argument("--period", type=int, metavar="DAYS", help="days to foretell (default: up to 28, by the log)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the models (default 0)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write every user's predictions to a Parquet file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Predict the users, print how good that is, write them where asked, and return the exit code.

    The file has one row a user: ``user_id``, ``churn_risk``, ``expected_value``, ``churn_risk_group`` and
    ``expected_value_group``.

    Raises:
        LabError: the log has no times or is too short, a file that cannot be written, or data that cannot be used.
    """
    from engine.people import predict_people, with_predictions
    from engine.segments import segment_users

    if args.seed < 0:
        raise DataError(f"--seed was {args.seed}; it must be 0 or more.")
    if args.out and (args.out.is_dir() or not args.out.parent.is_dir()):
        raise DataError(f"--out was {args.out}; it must be a file in a folder that exists, such as people.parquet.")
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        predictions = predict_people(dataset, period_days=args.period, seed=args.seed, report=report)
        if args.out:
            report("Writing", None, None)
            groups = with_predictions(segment_users(dataset), predictions).frame[["churn_risk", "expected_value"]]
            frame = predictions.frame.join(groups.astype(str).add_suffix("_group"))
            frame.insert(0, "user_id", dataset.users["user_id"].astype(str))
            part = args.out.with_name(f".{uuid4().hex}.part")
            try:
                frame.to_parquet(part, index=False)
                part.replace(args.out)
            except OSError as error:
                raise DataError(
                    f"{args.out} could not be written: {error.strerror or error}. Choose another place."
                ) from error
            finally:
                part.unlink(missing_ok=True)
    if args.json:
        print_json({"dataset": dataset.name, **predictions.to_dict()})
        return 0
    _print(predictions)
    if args.out:
        print(f"\n{dataset.n_users:,} users in {args.out}.")
    return 0


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
