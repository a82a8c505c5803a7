"""Where controls are kept: one JSON file a person in the lasting folder, named by a hash of their id.

Files, not a database: one is replaced whole, so that no reader sees half of a decision and no two people wait for
one another; and a deleted file leaves no row behind in a page that a database keeps. They are kept by the data's name
and not by its fingerprint, for a decision holds when the log grows or its events are weighed anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from uuid import uuid4

from engine.control.control import Control, control_from
from engine.dataset import Dataset
from engine.errors import DataError
from engine.store import lasting


def keep_control(source: str, user_id: str, control: Control) -> None:
    """Keep what ``user_id`` of ``source`` (a Dataset's name) decided; where nothing is decided, nothing is kept.

    Raises:
        DataError: it cannot be written.
    """
    target = _path(source, user_id)
    try:
        if not control.decided:
            target.unlink(missing_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{uuid4().hex}.part")
        part.write_text(json.dumps(control.to_dict()), encoding="utf-8")
        part.replace(target)
    except OSError as error:
        raise DataError(f"'{target}' cannot be written: {error.strerror or error}. Nothing was changed.") from error


def control_of(source: str, user_id: str) -> Control:
    """Return what ``user_id`` of ``source`` (a Dataset's name) decided.

    Raises:
        DataError: what is kept is damaged.
    """
    return _read(_path(source, user_id))


def controls_of(dataset: Dataset) -> dict[int, Control]:
    """Return, by user code, the controls of everybody in ``dataset`` who decided anything.

    Raises:
        DataError: what is kept is damaged.
    """
    folder = _folder(dataset.name)
    kept = {file.stem: file for file in folder.glob("*.json")} if folder.is_dir() else {}
    if not kept:
        return {}
    names = enumerate(map(_name, dataset.users["user_id"].astype(str)))
    return {code: _read(kept[name]) for code, name in names if name in kept}


def forget_control(source: str, user_id: str) -> bool:
    """Delete what ``user_id`` decided, and return whether there was anything."""
    target = _path(source, user_id)
    if not target.exists():
        return False
    target.unlink()
    if not any(target.parent.iterdir()):
        shutil.rmtree(target.parent)
    return True


def _read(file: Path) -> Control:
    try:
        return control_from(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Control()
    except ValueError as error:
        raise DataError(f"The control in '{file}' is damaged. Decide again, or delete the file.") from error


def _path(source: str, user_id: str) -> Path:
    return _folder(source) / f"{_name(user_id)}.json"


def _folder(source: str) -> Path:
    return lasting() / "controls" / _name(source)


def _name(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
