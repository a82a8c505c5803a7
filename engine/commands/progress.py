"""Telling a terminal what is being done, on one line that is overwritten; silent anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

Report = Callable[[str, int | None, int | None], None]


@contextmanager
def progress() -> Iterator[Report]:
    """Yield a function that shows stage, count and elapsed time on standard error; clear the line after."""
    shown = sys.stderr.isatty()
    began = monotonic()

    def report(stage: str, done: int | None, total: int | None) -> None:
        if shown:
            counted = f" {done:,} of {total:,}" if done is not None and total else ""
            line = f"{stage}{counted} · {monotonic() - began:.0f} s"
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)

    try:
        yield report
    finally:
        if shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
