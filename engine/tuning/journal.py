"""The journal of a search: its trials as they end, so that a search that was stopped is read, and gone on with.

It is kept below the home by the Dataset's fingerprint and holds parameters and figures, nobody's id.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.jobs import folder
from engine.store import home
from engine.tuning.record import Tuned


def place(request: Mapping[str, Any]) -> Path:
    """Return the file of the search that ``request`` (as of ``task``) asks for; more trials of it are the same search.

    Its name is a hash that covers the source code too: a version that would measure otherwise begins anew.
    """
    same = {name: value for name, value in request.items() if name != "trials"}
    return home() / "tuning" / Path(request["dataset"]).name / f"{folder.key_of('search', same)}.json"


def so_far(request: Mapping[str, Any]) -> Tuned | None:
    """Return what the search that ``request`` asks for has tried, at work, stopped or ended; None where nothing."""
    return read(place(request))


def read(journal: Path) -> Tuned | None:
    """Return what was noted last, or None where nothing was."""
    try:
        return Tuned.from_dict(json.loads(journal.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def note(found: Tuned, journal: Path) -> None:
    """Write what was tried so that a reader sees all of it or nothing, whenever the writer is stopped."""
    # Two searches that differ in how many trials they ask for share a journal.
    part = journal.with_name(f".{journal.name}-{os.getpid()}")
    part.write_text(json.dumps(asdict(found)), encoding="utf-8")
    part.replace(journal)


def drop(fingerprints: Collection[str]) -> int:
    """Delete all searches on the datasets ``fingerprints``, and return on how many there were any."""
    dropped = 0
    for fingerprint in fingerprints:
        passing = home() / "tuning" / f".{uuid4().hex}"
        with suppress(FileNotFoundError):
            # Renamed first, so that a search still at work has nowhere to write.
            (home() / "tuning" / Path(fingerprint).name).rename(passing)
            dropped += 1
        shutil.rmtree(passing, ignore_errors=True)
    return dropped
