"""``python -m engine control``: what one person decides about their own list."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json
from engine.errors import DataError, unknown


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("control", help="what a user decides about their list")
    add_data_options(parser)
    parser.add_argument("--user", required=True, metavar="ID", help="the user's id, as in the data")
    parser.add_argument("--personalisation", type=float, metavar="P", help="from 0 (off) to 1 (full)")
    parser.add_argument("--reset", action="store_true", help="use nothing that was done up to now")
    parser.add_argument("--hide-item", action="append", default=[], metavar="ID", help="never show this item")
    parser.add_argument("--hide-category", action="append", default=[], metavar="NAME", help="nor this category")
    parser.add_argument("--clear", action="store_true", help="take every earlier decision back first")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Keep what was decided, print all that now holds, and return the exit code.

    Raises:
        LabError: an unknown user, item or category, a personalisation outside 0..1, or data that cannot be used.
    """
    from engine.categories import categories_of
    from engine.control import Control, control_of, keep_control
    from engine.history import find_user

    dataset = load_from(args).dataset
    find_user(dataset, args.user)
    ids = set(dataset.items["item_id"].astype(str))
    for item in args.hide_item:
        if item not in ids:
            raise DataError(
                f"Item '{item}' was not found among {dataset.n_items:,} items. Give its id, as in the data."
            )
    if args.hide_category:
        categories = categories_of(dataset)
        if categories is None:
            raise DataError("The items of this data have no categories. Hide items instead, with --hide-item.")
        for name in args.hide_category:
            if name not in categories.names:
                raise DataError(unknown("Category", name, categories.names))
    earlier = Control() if args.clear else control_of(dataset.name, args.user)
    control = replace(
        earlier,
        personalisation=earlier.personalisation if args.personalisation is None else args.personalisation,
        reset_at=datetime.now(UTC) if args.reset else earlier.reset_at,
        hidden_items=(*earlier.hidden_items, *args.hide_item),
        hidden_categories=(*earlier.hidden_categories, *args.hide_category),
    )
    keep_control(dataset.name, args.user, control)
    if args.json:
        print_json({"dataset": dataset.name, "user": args.user, "control": control.to_dict()})
    else:
        print(f"User {args.user}: {control.sentence}")
    return 0
