"""``python -m engine export``: a model's list for every user, as one Parquet file."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.commands.data_options import add_data_options, load_from
from engine.commands.named_models import named_model
from engine.commands.progress import progress
from engine.errors import DataError, ModelError
from engine.whole_file import whole_file

if TYPE_CHECKING:
    from engine.control import Control, Listed
    from engine.dataset import Dataset
    from engine.evaluation.measure import Report
    from engine.models import Reason, Recommender

_TOLD_EVERY = 20


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("export", help="a model's list for every user, as a Parquet or CSV file")
    add_data_options(parser)
    parser.add_argument("--model", required=True, metavar="NAME", help="the model, such as ease or 'ease(penalty=300)'")
    parser.add_argument("--k", type=int, default=20, help="length of the lists (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the model (default 0)")
    parser.add_argument("--reasons", action="store_true", help="also write why each item is listed; takes longer")
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FILE",
        help="the file, Parquet, or CSV where it is named so; written whole or not at all",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Fit a model on all rows, write every user's list without what they had or hid, and return the exit code.

    The file has one row an item of a list: ``user_id``, ``rank`` (from 1), ``item_id``, ``score`` and ``served``
    (what served the user, a key of ``engine.control.SENTENCES``); with ``--reasons`` also ``reason`` (a sentence) and
    ``because`` (ids of the items of the user's history that carry the score; in a CSV file parted by bars).

    Raises:
        LabError: an unknown model, k below 1, a folder that does not exist, or data that cannot be used.
    """
    from engine.control import controls_of, listed
    from engine.models import MODELS, make_model

    name, params = named_model(args.model)
    if args.k < 1:
        raise ModelError(f"--k was {args.k}; it must be 1 or more, for instance 20.")
    if args.seed < 0:
        raise ModelError(f"--seed was {args.seed}; it must be 0 or more.")
    if args.out.is_dir() or not args.out.parent.is_dir():
        raise DataError(f"--out was {args.out}; it must be a file in a folder that exists, for instance recs.parquet.")
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        report(f"Fitting {MODELS[name].title}", None, None)
        model = make_model(name, params, args.seed).fit(dataset.preferences)
        controls = controls_of(dataset)
        found = listed(dataset, model, np.arange(dataset.n_users), args.k, controls=controls, report=report)
        told = _reasons(dataset, model, found, controls, report) if args.reasons else None
        report("Writing", None, None)
        rows = _write(dataset, found, told, args.out)
    print(f"{rows:,} rows for {dataset.n_users:,} users by {MODELS[name].title} in {args.out}.")
    if controls:
        print(f"{len(controls):,} of them have turned down, reset or hidden something; it is honoured.")
    return 0


def _reasons(
    dataset: Dataset, model: Recommender, found: Listed, controls: Mapping[int, Control], report: Report
) -> list[Reason]:
    """Return the reason of every item of every list, user by user."""
    from engine.control import reasons_of, used_rows

    histories = dataset.preferences_of(used_rows(dataset, controls)) if controls else dataset.preferences
    told: list[Reason] = []
    for user in range(dataset.n_users):
        if user % _TOLD_EVERY == 0:
            report("Telling reasons", user, dataset.n_users)
        there = found.ranking.items[user] >= 0
        told += reasons_of(
            dataset,
            model,
            found.ranking.items[user][there],
            path=found.paths[user],
            popular=found.popular[user][there],
            user=user,
            history=histories.of_users(np.array([user])),
        )
    return told


def _write(dataset: Dataset, found: Listed, told: list[Reason] | None, out: Path) -> int:
    """Write the lists to ``out`` and return the number of rows; the file appears when it is complete."""
    import pyarrow as pa
    from pyarrow import parquet

    user, place = np.nonzero(found.ranking.items >= 0)
    items = found.ranking.items[user, place]
    ids = dataset.items["item_id"].astype(str)
    columns = {
        "user_id": pa.array(dataset.users["user_id"].astype(str)).take(pa.array(user)),
        "rank": pa.array((place + 1).astype(np.int32)),
        "item_id": pa.array(ids).take(pa.array(items)),
        "score": pa.array(found.ranking.scores[user, place]),
        "served": pa.array(found.paths, pa.string()).take(pa.array(user)).dictionary_encode(),
    }
    if told is not None:
        columns["reason"] = pa.array([reason.sentence for reason in told], pa.string())
        because = [[ids.iloc[code] for code in reason.items] for reason in told]
        columns["because"] = pa.array(because, pa.list_(pa.string()))
    table = pa.table(columns)
    with whole_file(out) as part:
        if out.suffix.lower() == ".csv":
            rows = table.to_pandas()
            if told is not None:
                rows["because"] = rows["because"].str.join("|")
            rows.to_csv(part, index=False)
        else:
            parquet.write_table(table, part)
    return len(items)
