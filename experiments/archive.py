"""Which simulated experiments of a dataset are kept, so that a reader can choose among them and share a link."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.jobs import folder
from engine.store import home


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One experiment that was asked for.

    Attributes:
        key: its job's key, under which the results lie.
        request: what was asked, as ``experiments.simulate.task`` takes it.
        asked: when, in UTC.
    """

    key: str
    request: Mapping[str, Any]
    asked: datetime


def remember(key: str, request: Mapping[str, Any]) -> None:
    """Note that ``request``, with its ``dataset`` fingerprint, was submitted under ``key``."""
    place = home() / "experiments" / str(request["dataset"])
    place.mkdir(parents=True, exist_ok=True)
    asked = datetime.now(UTC).isoformat(timespec="seconds")
    folder.write_whole(place / f"{key}.json", json.dumps({"request": dict(request), "asked": asked}).encode())


def kept(fingerprint: str) -> list[Kept]:
    """Return the experiments on the dataset ``fingerprint`` whose results are still on disk, the newest first."""
    found = []
    for note in (home() / "experiments" / fingerprint).glob("*.json"):
        if folder.result_path(note.stem).exists():
            said = json.loads(note.read_text())
            asked = datetime.fromisoformat(said["asked"])
            found.append(Kept(key=note.stem, request=said["request"], asked=asked))
    return sorted(found, key=lambda each: (each.asked, each.key), reverse=True)
