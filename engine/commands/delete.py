"""``python -m engine delete``: a user, from everything the Lab keeps."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json
from engine.commands.progress import progress


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("delete", help="delete a user from every dataset, model and file the Lab keeps")
    add_data_options(parser)
    parser.add_argument("--user", required=True, metavar="ID", help="the user's id, as in the data")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Delete the user, print what was removed, and return the exit code.

    Raises:
        LabError: an unknown user, or data that cannot be used.
    """
    from engine.control import delete_user

    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        report("Deleting", None, None)
        deletion = delete_user(dataset, args.user)
    if args.json:
        print_json(asdict(deletion))
    else:
        print("\n".join((f"User {args.user} was deleted.", *deletion.sentences)))
    return 0
