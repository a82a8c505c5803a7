"""``python -m engine recommend``: what a model would show one person next, and why."""

from __future__ import annotations

import argparse
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.commands.data_options import add_data_options, load_from
from engine.commands.named_models import named_model
from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import DataError, ModelError

if TYPE_CHECKING:
    from engine.dataset import Dataset
    from engine.slate import Slate

_SHOWN = ("title", "category", "price", "brand")
_SEARCHED = 20_000


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("recommend", help="what a model would show one user next, and why")
    add_data_options(parser)
    parser.add_argument("--model", required=True, metavar="NAME", help="the model, such as svd or 'svd(n_factors=20)'")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--user", metavar="ID", help="the user's id, as in the data")
    whose.add_argument(
        "--had",
        metavar="ITEM,...",
        help="ids of what somebody had who is not in the data, or nothing ('') for somebody unknown; they are served "
        "without training again",
    )
    parser.add_argument("--k", type=int, default=10, help="length of the list (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the model (default 0)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Fit a model on all rows, print the person's list without what they had or hid, and return the exit code.

    Raises:
        LabError: an unknown model, user or item, k below 1, or data that cannot be used.
    """
    from engine.control import Control, control_of
    from engine.history import find_user
    from engine.models import MODELS, make_model
    from engine.slate import slate, slate_new

    name, params = named_model(args.model)
    if args.k < 1:
        raise ModelError(f"--k was {args.k}; it must be 1 or more, for instance 10.")
    if args.seed < 0:
        raise ModelError(f"--seed was {args.seed}; it must be 0 or more.")
    control = Control()
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        user = None if args.user is None else find_user(dataset, args.user)
        had = _named(dataset, args.had) if user is None else _had(dataset, user)
        report(f"Fitting {MODELS[name].title}", None, None)
        model = make_model(name, params, args.seed).fit(dataset.preferences)
        report("Ranking", None, None)
        if user is None:
            found = slate_new(dataset, model, had, k=args.k)
        else:
            control = control_of(dataset.name, args.user)
            found = slate(dataset, model, user, k=args.k, control=control)
    shown = _shown(dataset, found)
    if args.json:
        print_json(
            {
                "dataset": dataset.name,
                "fingerprint": dataset.fingerprint,
                "model": name,
                "user": args.user,
                "k": args.k,
                "items_had": len(had),
                "served": found.path,
                "served_by": found.served,
                "control": control.to_dict(),
                "items": [_without_gaps(row) for row in shown.to_dict("records")],
            }
        )
    else:
        who = "somebody new" if user is None else f"user {args.user}"
        print(f"{MODELS[name].title} for {who}, who had {len(had):,} of {dataset.n_items:,} items.")
        print(f"{control.sentence} {found.served}\n" if control.decided else f"{found.served}\n")
        if shown.empty:
            print("Nothing is left to recommend.")
        else:
            _print(shown.drop(columns="because"))
    return 0


def _named(dataset: Dataset, ids: str) -> NDArray[np.int64]:
    """Return the codes of the items named by ``ids``.

    Raises:
        DataError: an item that the data does not have.
    """
    names = [name.strip() for name in ids.split(",") if name.strip()]
    known = pd.Index(dataset.items["item_id"].astype(str))
    codes = known.get_indexer(pd.Index(names, dtype=object))
    for name, code in zip(names, codes, strict=True):
        if code < 0:
            near = get_close_matches(name, known[:_SEARCHED], n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Ids look like {', '.join(known[:3])}."
            raise DataError(f"Item '{name}' of --had was not found among {dataset.n_items:,} items. {hint}")
    return codes.astype(np.int64)


def _had(dataset: Dataset, user: int) -> NDArray[np.int64]:
    mine = dataset.interactions["user"].to_numpy() == user
    return np.unique(dataset.interactions["item"].to_numpy(np.int64)[mine])


def _shown(dataset: Dataset, found: Slate) -> pd.DataFrame:
    shown = _items(dataset, found.items["item"].to_numpy())
    shown.insert(0, "rank", range(1, len(shown) + 1))
    return shown.assign(**{name: found.items[name].array for name in ("score", "reason", "because")})


def _items(dataset: Dataset, codes: Any) -> pd.DataFrame:
    columns = ["item_id", *(name for name in _SHOWN if name in dataset.items)]
    listed: pd.DataFrame = dataset.items.loc[codes, columns].reset_index(drop=True)
    return listed.rename(columns={"item_id": "item"})


def _without_gaps(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        str(name): list(value) if isinstance(value, tuple) else None if pd.isna(value) else value
        for name, value in row.items()
    }


def _print(listed: pd.DataFrame) -> None:
    rows = [
        ["—" if pd.isna(value) else f"{value:.4f}" if isinstance(value, float) else str(value) for value in row]
        for row in listed.itertuples(index=False)
    ]
    print_table([str(name) for name in listed.columns], rows)
