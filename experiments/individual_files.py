"""Where every unit's own true effect is kept: one Parquet file a result, beside the database.

They are too many for a result's JSON, and who only reads results does not need them. A file that is gone is
computed again by running the simulation again.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from engine.jobs import folder
from engine.store import home
from engine.whole_file import whole_file

#: Files kept; the least recently written go first.
KEPT_FILES = 300


def keep(units: pd.DataFrame, key: str) -> None:
    """Write the true effects ``units`` of the result ``key`` down, whole or not at all.

    Raises:
        LabError: where ``key`` is no key.
    """
    target = _path(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    write(units, target)
    for old in sorted(target.parent.glob("*.parquet"), key=lambda each: each.stat().st_mtime)[:-KEPT_FILES]:
        old.unlink(missing_ok=True)


def kept(key: str) -> pd.DataFrame | None:
    """Return every unit's true effects of the result ``key``, or None where they are not kept here.

    Raises:
        LabError: where ``key`` is no key.
    """
    target = _path(key)
    return pd.read_parquet(target) if target.exists() else None


def content(key: str) -> bytes:
    """Return the file of the result ``key`` as it is; empty where it is not kept here.

    Raises:
        LabError: where ``key`` is no key.
    """
    target = _path(key)
    return target.read_bytes() if target.exists() else b""


def forget(key: str) -> None:
    """Delete what is kept of the result ``key``, if anything.

    Raises:
        LabError: where ``key`` is no key.
    """
    _path(key).unlink(missing_ok=True)


def write(units: pd.DataFrame, target: Path) -> None:
    """Write ``units`` to ``target`` so that it is there as a whole or as it was before.

    Raises:
        DataError: where it cannot be written.
    """
    with whole_file(target) as part:
        units.to_parquet(part, index=False)


def _path(key: str) -> Path:
    folder.path(key)  # says what is no key: it may come from an address somebody typed
    return home() / "individual" / f"{key}.parquet"
