"""``python -m engine evaluate``: how well models predict what users did next, and which is best."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.data_options import OPTIONS, add_data_options, load_from
from engine.commands.leaderboard import print_leaderboard
from engine.commands.named_models import named_models
from engine.commands.printing import print_json
from engine.commands.progress import progress
from engine.errors import DataError, ModelError

if TYPE_CHECKING:
    from engine.evaluation.request import Request

_WANTED = "Give a file that evaluate --json printed."
_DEFAULT_GROUPING = "recency_frequency_value"


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("evaluate", help="how well models predict what users did next")
    add_data_options(parser, nargs="?")
    parser.add_argument(
        "--models", metavar="NAME,...", help="models, for instance popularity,svd or 'ease,ease(penalty=300)'"
    )
    parser.add_argument("--k", type=int, default=10, help="length of the lists (default 10)")
    parser.add_argument(
        "--split",
        choices=("temporal", "random", "leave-last"),
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
        "--seeds", type=int, default=1, metavar="N", help="measure models that draw at random with N seeds (default 1)"
    )
    parser.add_argument(
        "--tune",
        type=int,
        default=0,
        metavar="N",
        help="first look for each model's best parameters, in N trials on validation rows, and measure it so and "
        "as it was given (default: only as given)",
    )
    parser.add_argument(
        "--metric", default="ndcg", metavar="NAME", help="ranking metric that says which is best (default ndcg)"
    )
    parser.add_argument(
        "--by",
        metavar="GROUPING",
        help=f"figures by group of users: segment ({_DEFAULT_GROUPING}), lifecycle, behaviour_cluster or a column of "
        "the user table",
    )
    parser.add_argument(
        "--from", dest="kept", metavar="FILE", help="compute a leaderboard again from what --json printed"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the leaderboard ``args`` ask for and return the exit code.

    Raises:
        LabError: an unknown model, metric or grouping, k below 1, an impossible split, data that cannot be used,
            or a kept leaderboard of other data.
    """
    from engine.evaluation.leaderboard import differing, leaderboard

    kept = None if args.kept is None else _read(args.kept)
    request = _asked(args) if kept is None else _kept_request(args, kept)
    if args.data is None:
        raise DataError("No data was named; give DATA, for instance: python -m engine evaluate sample --models svd")
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        if kept is not None and dataset.fingerprint != kept.get("fingerprint"):
            raise DataError(
                f"{args.kept} is of data with the fingerprint {kept.get('fingerprint')}; {dataset.name} has "
                f"{dataset.fingerprint}. Give the same data, read with the same options."
            )
        board = leaderboard(dataset, request, report=report)
    found = board.to_dict()
    if kept is not None:
        found["differing"] = differing(kept, found)
    if args.json:
        print_json(found | {"data": {name: getattr(args, name) for name in ("data", *OPTIONS)}})
        return 0
    print_leaderboard(board)
    if kept is not None:
        other = found["differing"]
        print(
            f"\nDiffers from {args.kept}: {', '.join(other)}." if other else f"\nEvery figure is that of {args.kept}."
        )
    return 0


def _asked(args: argparse.Namespace) -> Request:
    from engine.evaluation.request import Request

    if args.models is None:
        raise ModelError("No models were named; give --models, for instance --models popularity,svd.")
    named = named_models(args.models)
    return Request(
        models=tuple(named),
        params={name: params for name, params in named.items() if params},
        k=args.k,
        split=args.split,
        test_share=args.test_share,
        seed=args.seed,
        seeds=args.seeds,
        metric=args.metric,
        by=_DEFAULT_GROUPING if args.by == "segment" else args.by,
        tune=args.tune,
    )


def _read(path: str) -> dict[str, Any]:
    """Return a kept leaderboard's JSON data."""
    try:
        kept = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"{path} could not be read: {error.strerror}. Give a file that evaluate --json printed."
        ) from error
    except ValueError as error:
        raise DataError(f"{path} holds no JSON. Give a file that evaluate --json printed.") from error
    if not isinstance(kept, dict) or not isinstance(kept.get("request"), dict):
        raise DataError(f"{path} holds no leaderboard. Give a file that evaluate --json printed.")
    return kept


def _kept_request(args: argparse.Namespace, kept: dict[str, Any]) -> Request:
    """Return the kept request; data that ``args`` do not name are read as they were."""
    from engine.evaluation.request import Request

    if args.models is not None:
        raise ModelError("--from names the models already; leave out --models.")
    if args.data is None:
        vars(args).update({name: value for name, value in kept.get("data", {}).items() if name in ("data", *OPTIONS)})
    return Request.from_dict(kept["request"])
