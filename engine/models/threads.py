"""Rows shared out among the processor's cores, for compiled loops that release the interpreter lock."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise


def share_rows(rows: int, work: Callable[[int, int], object], *, fewest: int) -> None:
    """Call ``work(start, end)`` for consecutive parts of ``range(rows)``, one part a core at the same time.

    The parts must not depend on one another; then neither does the result on how many cores there are.

    Args:
        rows: how many rows there are.
        work: does rows ``start`` up to but not including ``end``.
        fewest: rows a part must have to be worth a thread of its own.
    """
    parts = max(1, min(os.cpu_count() or 1, rows // fewest))
    bounds = [rows * part // parts for part in range(parts + 1)]
    if parts == 1:
        work(0, rows)
        return
    with ThreadPoolExecutor(parts) as threads:
        for done in [threads.submit(work, start, end) for start, end in pairwise(bounds)]:
            done.result()
