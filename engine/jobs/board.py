"""The board of jobs in this process: who waits for what, and the pool of children that does the work.

Children are processes, not threads, because Surprise holds the interpreter lock while it trains, and because
a process can be stopped at once. One core is left to the server.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import pickle
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from engine.errors import LabError
from engine.jobs import child, folder

State = Literal["unknown", "queued", "running", "done", "failed", "cancelled"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobStatus:
    """What is known of a job at this moment.

    Attributes:
        state: ``unknown`` where no such job was ever submitted.
        stage: what it is doing, in words; empty before it starts.
        done: units of the stage that are finished, where the stage counts any.
        total: units of the stage in all, where the stage counts any.
        elapsed_seconds: since the child began; 0 while queued.
        ahead: jobs that must finish first while queued.
        error: the sentence for the reader where the job failed.
    """

    state: State
    stage: str = ""
    done: int | None = None
    total: int | None = None
    elapsed_seconds: float = 0.0
    ahead: int = 0
    error: str = ""

    @property
    def active(self) -> bool:
        """Whether the job is queued or running."""
        return self.state in ("queued", "running")


@dataclass
class _Job:
    future: ProcessFuture[None]
    owners: set[str] = field(default_factory=set)


_lock = threading.RLock()
_jobs: dict[str, _Job] = {}
_pool: ProcessPool | None = None


def submit(task: str, request: Mapping[str, Any], owner: str) -> str:
    """Start ``task`` on ``request`` unless the same work is running or done, and return its key.

    Args:
        task: dotted name ``package.module:function``; the function takes ``(request, report)``.
        request: plain JSON data; a Dataset goes by its fingerprint.
        owner: who waits for it. A job stops only when everybody who waits has cancelled.
    """
    key = folder.key_of(task, request)
    with _lock:
        job = _jobs.get(key)
        if job is not None and not job.future.done():
            job.owners.add(owner)
            return key
        if folder.result_path(key).exists():
            return key
        folder.prepare(key, request)
        future = _running_pool().schedule(child.run, args=(task, dict(request), str(folder.path(key))))
        _jobs[key] = _Job(future, {owner})
    return key


def status(key: str) -> JobStatus:
    """Return what is known of the job ``key``."""
    with _lock:
        job = _jobs.get(key)
        ahead = 0 if job is None else _ahead(key)
    finished = folder.result_path(key).exists()
    if job is None:
        return JobStatus("done") if finished else JobStatus("unknown")
    if not job.future.done():
        progress = folder.read_progress(key)
        if progress is None:
            return JobStatus("queued", ahead=ahead)
        return JobStatus(
            "running",
            stage=progress["stage"],
            done=progress["done"],
            total=progress["total"],
            elapsed_seconds=max(0.0, time.time() - progress["started"]),
        )
    if finished:
        return JobStatus("done")
    if job.future.cancelled():
        return JobStatus("cancelled")
    error = job.future.exception()
    return JobStatus("failed", error=_sentence(error)) if error else JobStatus("unknown")


def cancel(key: str, owner: str) -> bool:
    """Stop waiting for ``key``; the child is stopped at once when nobody else waits. Return whether it was."""
    with _lock:
        job = _jobs.get(key)
        if job is None or job.future.done():
            return False
        job.owners.discard(owner)
        if job.owners:
            return False
        job.future.cancel()  # type: ignore[no-untyped-call]  # Pebble leaves it untyped
    return True


def drop(concerned: Callable[[Mapping[str, Any] | None], bool]) -> int:
    """Stop and delete every job whose request is ``concerned``, whoever waits for it, and return how many.

    Args:
        concerned: told a job's request; None where nobody noted it.
    """
    dropped = [key for key in folder.all_keys() if concerned(folder.request_of(key))]
    for key in dropped:
        with _lock:
            job = _jobs.pop(key, None)
            if job is not None and not job.future.done():
                job.future.cancel()  # type: ignore[no-untyped-call]  # Pebble leaves it untyped
        folder.remove(key)
    return len(dropped)


def result(key: str) -> Any:
    """Return what the finished job ``key`` returned.

    Raises:
        LabError: the job is not finished, or failed, with the sentence for the reader.
    """
    if not folder.result_path(key).exists():
        now = status(key)
        raise LabError(now.error or f"This work is not finished: it is {now.state}. Start it again.")
    try:
        # Only this program's own children write here.
        return pickle.loads(folder.result_path(key).read_bytes())  # noqa: S301
    except (AttributeError, ImportError, TypeError, pickle.UnpicklingError) as error:
        raise LabError("This result was kept by another version of the program. Run it again.") from error


def finished(key: str) -> datetime:
    """Return when the finished job ``key`` wrote its result, in UTC.

    Raises:
        LabError: the job is not finished.
    """
    try:
        return datetime.fromtimestamp(folder.result_path(key).stat().st_mtime, UTC)
    except FileNotFoundError as error:
        raise LabError(f"This work is not finished: it is {status(key).state}. Start it again.") from error


def shutdown() -> None:
    """Stop every child; for tests and the end of the process."""
    global _pool
    with _lock:
        if _pool is not None:
            _pool.stop()  # type: ignore[no-untyped-call]
            _pool.join()
            _pool = None
        _jobs.clear()


def _running_pool() -> ProcessPool:
    global _pool
    if _pool is None:
        cores = os.cpu_count() or 1
        _pool = ProcessPool(
            max_workers=max(1, cores - 1),
            max_tasks=50,
            initializer=child.begin,
            initargs=(max(1, cores - 1),),
            context=multiprocessing.get_context("spawn"),
        )
        atexit.register(shutdown)
    return _pool


def _ahead(key: str) -> int:
    waiting = [other for other, job in _jobs.items() if not job.future.done()]
    return waiting.index(key) if key in waiting else 0


def _sentence(error: BaseException) -> str:
    if isinstance(error, LabError):
        return str(error)
    if isinstance(error, CancelledError):
        return "Cancelled."
    if isinstance(error, ProcessExpired):
        return (
            f"The working process ended before it finished (exit code {error.exitcode}). "
            "It may have run out of memory: try fewer users or a smaller model."
        )
    _log.error("a job failed", exc_info=error)
    return f"This stopped on an error of ours ({type(error).__name__}: {error}). The server's log has the details."
