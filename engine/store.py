"""Datasets on disk, named by their fingerprint, so that another process or browser can open them.

``datasets/<fingerprint>/`` holds three Parquet tables and one JSON file. A folder appears whole or not at
all: it is written under a passing name and then renamed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pandas as pd
import platformdirs

from engine.dataset import Dataset
from engine.errors import DataError

EMBEDDINGS = "LAB_EMBEDDINGS"
"""Environment variable that names the folder of a sentence-embedding model of the reader's own."""

_TABLES = ("interactions", "users", "items")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Stored:
    """One dataset of the store.

    Attributes:
        fingerprint: what `get` opens it by.
        name: the dataset's name when it was first put.
        saved: when that was, in UTC.
    """

    fingerprint: str
    name: str
    saved: datetime


def home() -> Path:
    """Return the folder everything kept between runs lives in: ``LAB_HOME``, else the user's cache folder."""
    given = os.environ.get("LAB_HOME")
    return Path(given).expanduser() if given else platformdirs.user_cache_path("personalization-lab")


def lasting() -> Path:
    """Return the folder of what must outlive an emptied cache: ``LAB_HOME``, else the user's data folder."""
    return home() if os.environ.get("LAB_HOME") else platformdirs.user_data_path("personalization-lab")


def put(dataset: Dataset) -> str:
    """Store ``dataset`` unless it is there already, and return its fingerprint."""
    fingerprint = dataset.fingerprint
    folder = _folder(fingerprint)
    if folder.exists():
        return fingerprint
    passing = folder.with_name(f".{fingerprint}-{uuid4().hex}")
    passing.mkdir(parents=True)
    try:
        for table in _TABLES:
            getattr(dataset, table).to_parquet(passing / f"{table}.parquet", index=False)
        about = {
            "name": dataset.name,
            "feedback": dataset.feedback,
            "event_weights": dict(dataset.event_weights),
            "rating_scale": dataset.rating_scale,
            "withheld_users": dataset.withheld_users,
            "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        (passing / "dataset.json").write_text(json.dumps(about), encoding="utf-8")
        passing.rename(folder)
    except OSError:
        # Another process may have put the same dataset first; its copy is as good as ours.
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(passing, ignore_errors=True)
    return fingerprint


def get(fingerprint: str) -> Dataset:
    """Return the dataset stored under ``fingerprint``.

    Raises:
        DataError: nothing is stored under it, or what is stored is damaged.
    """
    folder = _folder(fingerprint)
    if not folder.is_dir():
        raise DataError(f"No dataset with the fingerprint {fingerprint} is stored here. Load its file again.")
    try:
        about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        interactions, users, items = (_read(folder / f"{table}.parquet") for table in _TABLES)
        scale = about["rating_scale"]
        dataset = Dataset(
            name=about["name"],
            interactions=interactions,
            users=users,
            items=items,
            feedback=about["feedback"],
            event_weights=about["event_weights"],
            rating_scale=(scale[0], scale[1]) if scale else None,
            withheld_users=about["withheld_users"],
        )
        intact = dataset.fingerprint == fingerprint
    except (OSError, ValueError, KeyError):
        intact = False
    if not intact:
        raise DataError(f"The stored dataset {fingerprint} is damaged. Delete {folder} and load its file again.")
    return dataset


def remove(fingerprint: str) -> None:
    """Delete the dataset stored under ``fingerprint`` and all that lies beside it, if anything."""
    folder = _folder(fingerprint)
    passing = folder.with_name(f".{fingerprint}-{uuid4().hex}")
    try:
        # Renamed first, so that nobody opens a half.
        folder.rename(passing)
    except FileNotFoundError:
        return
    shutil.rmtree(passing)


def known() -> list[Stored]:
    """Return every stored dataset, the newest first."""
    found = []
    for path in (home() / "datasets").glob("[0-9a-f]*/dataset.json"):
        about = json.loads(path.read_text(encoding="utf-8"))
        found.append(Stored(path.parent.name, about["name"], datetime.fromisoformat(about["saved"])))
    return sorted(found, key=lambda one: (one.saved, one.fingerprint), reverse=True)


def _folder(fingerprint: str) -> Path:
    # The fingerprint may come from a link, so it must not be able to name another folder.
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise DataError(f"'{fingerprint}' is no fingerprint: expected sixteen hexadecimal digits.")
    return home() / "datasets" / fingerprint


def _read(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path)
    # Parquet knows no whole seconds; a Dataset keeps its times in them.
    times = frame.select_dtypes("datetime").columns
    return frame.astype(dict.fromkeys(times, "datetime64[s]"))
