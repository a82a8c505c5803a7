"""What runs inside the child process."""

from __future__ import annotations

import importlib
import json
import os
import pickle
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.jobs.folder import write_whole

_REPORT_EVERY_SECONDS = 0.1


def begin(threads: int) -> None:
    """Prepare a fresh child: give way to the server and leave a core to it.

    Args:
        threads: how many threads linear algebra and compiled kernels may use.
    """
    with suppress(OSError):
        os.nice(10)
    os.environ["NUMBA_NUM_THREADS"] = str(threads)
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=threads)


def run(task: str, request: Mapping[str, Any], where: str) -> None:
    """Run ``task`` on ``request``; leave its progress and its pickled result in the folder ``where``."""
    place = Path(where)
    started = time.time()
    said_at, said_stage = 0.0, ""

    def report(stage: str, done: int | None = None, total: int | None = None) -> None:
        nonlocal said_at, said_stage
        now = time.time()
        if stage == said_stage and now - said_at < _REPORT_EVERY_SECONDS and done != total:
            return
        said_at, said_stage = now, stage
        said = {"stage": stage, "done": done, "total": total, "started": started}
        write_whole(place / "progress.json", json.dumps(said).encode())

    report("Starting")
    module, _, function = task.partition(":")
    outcome = getattr(importlib.import_module(module), function)(request, report)
    write_whole(place / "result.pickle", pickle.dumps(outcome, protocol=pickle.HIGHEST_PROTOCOL))
