"""``python -m engine profile|evaluate|recommend|...``: the engine without a browser."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from engine.commands import bubble, control, delete, evaluate, export, models, people, profile, recommend, world
from engine.commands.parsing import OneLineParser, dispatch


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 with one line on standard error on bad input."""
    parser = OneLineParser(prog="python -m engine", description="Profile data, evaluate models, recommend items.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (profile, evaluate, recommend, models, export, world, bubble, control, delete, people):
        command.add_parser(commands)
    return dispatch(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
