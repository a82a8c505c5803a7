"""``python -m engine evaluate``: how well models predict what users did next."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import DataError, ModelError, unknown

if TYPE_CHECKING:
    from engine.dataset import Dataset
    from engine.evaluation import Estimate, Evaluation, Standing
    from engine.splitting import Split

_TEST_SHARES = {"temporal": 0.15, "random": 0.2, "leave-last": 0.15}
_ABSENT = "—"


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("evaluate", help="how well models predict what users did next")
    add_data_options(parser)
    parser.add_argument("--models", required=True, metavar="NAME,...", help="models, for instance popularity,svd")
    parser.add_argument("--k", type=int, default=10, help="length of the lists (default 10)")
    parser.add_argument(
        "--split",
        choices=tuple(_TEST_SHARES),
        default="temporal",
        help="by time (default), each user's rows at random, or each user's last row",
    )
    parser.add_argument(
        "--test-share",
        type=float,
        metavar="SHARE",
        help="share of rows to test on (default 0.15 by time, 0.2 at random; leave-last tests one row a user)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of split, models and intervals (default 0)")
    parser.add_argument(
        "--metric", default="ndcg", metavar="NAME", help="ranking metric that says which is best (default ndcg)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the leaderboard of the models ``args`` name and return the exit code.

    Raises:
        LabError: an unknown model or metric, k below 1, an impossible split, or data that cannot be used.
    """
    from engine.evaluation import all_pairs, evaluate
    from engine.splitting import split

    names = _model_names(args.models)
    if args.k < 1:
        raise ModelError(f"--k was {args.k}; it must be 1 or more, for instance 10.")
    test_share = _TEST_SHARES[args.split] if args.test_share is None else args.test_share
    if not 0 < test_share < 1:
        raise DataError(f"--test-share was {test_share:g}; it must lie between 0 and 1, for instance 0.2.")
    if args.seed < 0:
        raise ModelError(f"--seed was {args.seed}; it must be 0 or more.")
    _check_metric(args.metric)
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        # A large test share takes its room from validation, which this command has no use for.
        validation_share = 0.0 if args.split == "random" else min(0.15, (1 - test_share) / 2)
        parts = split(dataset, args.split, validation_share=validation_share, test_share=test_share, seed=args.seed)
        evaluations = [evaluate(dataset, parts, name, k=args.k, seed=args.seed, report=report) for name in names]
    standing = all_pairs(evaluations, args.metric)
    if args.json:
        print_json(_record(dataset, parts, evaluations) | {"standing": standing.to_dict()})
    else:
        _print(dataset, parts, evaluations)
        _print_standing(standing)
    return 0


def _model_names(text: str) -> list[str]:
    from engine.models import MODELS

    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise ModelError(f"--models named none. Known: {', '.join(MODELS)}.")
    for name in names:
        if name not in MODELS:
            raise ModelError(unknown("Model", name, MODELS))
    return names


def _check_metric(name: str) -> None:
    from engine.evaluation.accumulate import RANKING_METRICS

    if name not in RANKING_METRICS:
        raise ModelError(unknown("Ranking metric", name, RANKING_METRICS))


def _record(dataset: Dataset, split: Split, evaluations: list[Evaluation]) -> dict[str, Any]:
    return {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "feedback": dataset.feedback,
        "users": dataset.n_users,
        "items": dataset.n_items,
        "rows": len(dataset.interactions),
        "split": {
            "how": split.how,
            "test_share": split.test_share,
            "seed": split.seed,
            "fit_rows": int(split.fit_rows.sum()),
            "test_rows": int(split.test.sum()),
            "test_from": split.test_from.isoformat() if split.test_from is not None else None,
        },
        "k": evaluations[0].k,
        "models": [evaluation.to_dict() for evaluation in evaluations],
    }


def _print(dataset: Dataset, split: Split, evaluations: list[Evaluation]) -> None:
    from engine.evaluation import METRICS

    first = evaluations[0]
    print(f"{dataset.name}: {dataset.n_users:,} users, {dataset.n_items:,} items. {split.sentence}")
    print(
        f"Top {first.k} for {first.users_evaluated:,} users; {first.users_cold:,} cold and "
        f"{first.users_nothing_to_find:,} with nothing new to find are left out. 95% intervals in brackets.\n"
    )
    rows = [[metric, *(_cell(evaluation.metrics[metric]) for evaluation in evaluations)] for metric in METRICS]
    print_table(["metric", *(evaluation.model for evaluation in evaluations)], rows)
    reasons = dict.fromkeys(
        f"{_ABSENT} {evaluation.model}: {estimate.reason}"
        for evaluation in evaluations
        for estimate in evaluation.metrics.values()
        if estimate.reason
    )
    print("".join(f"\n{reason}" for reason in reasons))


def _cell(estimate: Estimate) -> str:
    if estimate.value is None:
        return _ABSENT
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.4f}"
    return f"{estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}]"


def _print_standing(standing: Standing) -> None:
    print(f"\n{standing.sentence}")
    if not standing.pairs:
        return
    print(
        f"Differences in {standing.metric} within each user, 95% intervals; p-values of paired t-tests, adjusted "
        "over all pairs (Holm).\n"
    )
    rows = [
        [
            f"{pair.first} - {pair.second}",
            _ABSENT if pair.difference is None else f"{pair.difference:.4f} [{pair.low:.4f}, {pair.high:.4f}]",
            _p_value(pair.adjusted),
            "told apart" if pair.told_apart else "not told apart",
        ]
        for pair in standing.pairs
    ]
    print_table(["pair", "difference", "adjusted p", "reading"], rows)


def _p_value(value: float | None) -> str:
    if value is None:
        return _ABSENT
    return "<0.001" if value < 0.001 else f"{value:.3f}"
