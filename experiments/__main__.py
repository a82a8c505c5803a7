"""``python -m experiments simulate|analyze|size|calibrate|register|report``: experiments without a browser."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from engine.commands.parsing import OneLineParser, dispatch
from experiments.commands import analyze, calibrate, register, report, simulate, size


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 with one line on standard error on bad input."""
    parser = OneLineParser(
        prog="python -m experiments",
        description="Simulate A/B tests, analyse real ones and plan them: the experiment without a browser.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (simulate, analyze, size, calibrate, register, report):
        command.add_parser(commands)
    return dispatch(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
