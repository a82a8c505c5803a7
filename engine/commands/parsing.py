"""Reading a command line: bad input ends with exit code 2 and one line, never a traceback."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from engine.errors import LabError

BAD_INPUT = 2


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose errors are one line on standard error."""

    def error(self, message: str) -> NoReturn:
        """Print ``message`` in one line and leave with exit code 2."""
        self.exit(BAD_INPUT, f"{self.prog}: {_one_line(message)}\n")


def dispatch(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Parse ``argv``, call the command's ``run``, and return the exit code.

    Each command's parser sets ``run`` as a default.
    """
    args = parser.parse_args(argv)
    run: Callable[[argparse.Namespace], int] = args.run
    try:
        code = run(args)
        sys.stdout.flush()
    except LabError as error:
        print(_one_line(str(error)), file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing is left to write to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _one_line(text: str) -> str:
    return " ".join(text.split())
