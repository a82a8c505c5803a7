"""``python -m engine recommend``: what a model would show one user next."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import ModelError, unknown

if TYPE_CHECKING:
    from engine.dataset import Dataset

_SHOWN = ("title", "category", "price", "brand")


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("recommend", help="what a model would show one user next")
    add_data_options(parser)
    parser.add_argument("--model", required=True, metavar="NAME", help="the model, for instance svd")
    parser.add_argument("--user", required=True, metavar="ID", help="the user's id, as in the data")
    parser.add_argument("--k", type=int, default=10, help="length of the list (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the model (default 0)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Fit a model on all rows, print the user's list without what they had or hid, and return the exit code.

    Raises:
        LabError: an unknown model or user, k below 1, or data that cannot be used.
    """
    from engine.control import SENTENCES, control_of, listed
    from engine.history import find_user
    from engine.models import MODELS, make_model

    if args.model not in MODELS:
        raise ModelError(unknown("Model", args.model, MODELS))
    if args.k < 1:
        raise ModelError(f"--k was {args.k}; it must be 1 or more, for instance 10.")
    if args.seed < 0:
        raise ModelError(f"--seed was {args.seed}; it must be 0 or more.")
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        user = find_user(dataset, args.user)
        report(f"Fitting {MODELS[args.model].title}", None, None)
        model = make_model(args.model, seed=args.seed).fit(dataset.preferences)
    mine = dataset.interactions["user"].to_numpy() == user
    had = int(dataset.interactions["item"][mine].nunique())
    control = control_of(dataset.name, args.user)
    found = listed(dataset, model, np.array([user]), args.k, controls={user: control} if control.decided else {})
    there = found.ranking.items[0] >= 0
    shown = _items(dataset, found.ranking.items[0][there])
    shown.insert(0, "rank", range(1, len(shown) + 1))
    shown["score"] = found.ranking.scores[0][there]
    if args.json:
        print_json(
            {
                "dataset": dataset.name,
                "fingerprint": dataset.fingerprint,
                "model": args.model,
                "user": args.user,
                "k": args.k,
                "items_had": had,
                "served": found.paths[0],
                "control": control.to_dict(),
                "items": [_without_gaps(row) for row in shown.to_dict("records")],
            }
        )
    else:
        print(f"{MODELS[args.model].title} for user {args.user}, who had {had:,} of {dataset.n_items:,} items.\n")
        if control.decided or found.paths[0] != "trained":
            print(f"{control.sentence} {SENTENCES[found.paths[0]]}\n")
        if shown.empty:
            print("Nothing is left to recommend.")
        else:
            _print(shown)
    return 0


def _items(dataset: Dataset, codes: Any) -> pd.DataFrame:
    columns = ["item_id", *(name for name in _SHOWN if name in dataset.items)]
    listed: pd.DataFrame = dataset.items.loc[codes, columns].reset_index(drop=True)
    return listed.rename(columns={"item_id": "item"})


def _without_gaps(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _print(listed: pd.DataFrame) -> None:
    rows = [
        ["—" if pd.isna(value) else f"{value:.4f}" if isinstance(value, float) else str(value) for value in row]
        for row in listed.itertuples(index=False)
    ]
    print_table([str(name) for name in listed.columns], rows)
