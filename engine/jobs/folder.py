"""Where a job's progress and result lie on disk, and the key that names it."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict
from uuid import uuid4

from engine.errors import LabError
from engine.store import EMBEDDINGS, home

_KEY = re.compile("[0-9a-f]{16}")

KEPT_JOBS = 300
"""Results kept on disk; the least recently written go first."""


class Progress(TypedDict):
    """What a child last said."""

    stage: str
    done: int | None
    total: int | None
    started: float


def key_of(task: str, request: Mapping[str, Any]) -> str:
    """Return sixteen hex digits over the task, its request, and the source code and embeddings that would run it."""
    text = json.dumps([task, request, _source(), os.environ.get(EMBEDDINGS)], sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def path(key: str) -> Path:
    """Return the job's folder.

    Raises:
        LabError: ``key`` is not one of ours; it may come from an address somebody typed.
    """
    if not _KEY.fullmatch(key):
        raise LabError(f"'{key}' names no result. A result's name is sixteen hex digits; copy the whole link.")
    return home() / "jobs" / key


def result_path(key: str) -> Path:
    """Return the file that exists once the job has finished well."""
    return path(key) / "result.pickle"


def prepare(key: str, request: Mapping[str, Any] | None = None) -> None:
    """Make an empty folder for ``key``, note what was asked, and remove the oldest jobs beyond KEPT_JOBS."""
    shutil.rmtree(path(key), ignore_errors=True)
    path(key).mkdir(parents=True)
    if request is not None:
        write_whole(path(key) / "request.json", json.dumps(dict(request)).encode())
    others = sorted((home() / "jobs").iterdir(), key=lambda each: each.stat().st_mtime)
    for old in others[:-KEPT_JOBS]:
        shutil.rmtree(old, ignore_errors=True)


def remove(key: str) -> None:
    """Delete what the job ``key`` left, if anything; submitted again, its work is done again."""
    passing = path(key).with_name(f".{key}-{uuid4().hex}")
    with suppress(FileNotFoundError):
        # Renamed first, so that a child still at work has nowhere to write.
        path(key).rename(passing)
    shutil.rmtree(passing, ignore_errors=True)


def all_keys() -> list[str]:
    """Return the keys of all jobs that left anything."""
    return sorted(each.name for each in (home() / "jobs").glob("*") if _KEY.fullmatch(each.name))


def request_of(key: str) -> dict[str, Any] | None:
    """Return what was asked of the job ``key``, or None where nobody noted it."""
    try:
        request: dict[str, Any] = json.loads((path(key) / "request.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return request


def read_progress(key: str) -> Progress | None:
    """Return what the child last said, or None before it began."""
    try:
        progress: Progress = json.loads((path(key) / "progress.json").read_text())
    except FileNotFoundError:
        return None
    return progress


def write_whole(target: Path, content: bytes) -> None:
    """Write ``content`` so that a reader sees all of it or nothing."""
    part = target.with_name(target.name + ".part")
    part.write_bytes(content)
    os.replace(part, target)


@functools.cache
def _source() -> str:
    """Hash this program's own code, so that a result is never reused by a version that would differ."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for package in ("engine", "experiments"):
        for file in sorted((root / package).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
