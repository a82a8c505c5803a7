"""Who was deleted: remembered without their ids, so that a file that still holds them does not bring them back.

``deleted/`` in the lasting folder holds a salt, an empty file for each deleted user, named by a keyed hash of
their source and id, for each dataset they were in, the fingerprint of the one without them, and the name of each
log they were in, by a keyed hash over all its rows, for the same log may come again under another name. Whoever has
the folder can check whether an id they know was deleted, and learn nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from engine.dataset import Dataset
from engine.store import lasting

_SALT_BYTES = 32


def remember(source: str, user_id: str) -> None:
    """Remember that ``user_id`` of ``source`` (a Dataset's name) was deleted."""
    people = _folder() / "people"
    people.mkdir(parents=True, exist_ok=True)
    salt = _folder() / "salt"
    if not salt.exists():
        part = salt.with_name(f".salt-{secrets.token_hex(8)}")
        part.write_bytes(secrets.token_bytes(_SALT_BYTES))
        try:
            # A link is made once, whoever comes second.
            os.link(part, salt)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    (people / _hash(salt.read_bytes(), source, user_id)).touch()


def anybody() -> bool:
    """Return whether anybody was ever deleted here."""
    return (_folder() / "salt").exists()


def was_deleted(source: str, user_id: str) -> bool:
    """Return whether ``user_id`` of ``source`` was deleted."""
    return len(deleted_among(source, [user_id])) > 0


def deleted_among(source: str, user_ids: Iterable[str]) -> pd.Index:
    """Return those of ``user_ids`` of ``source`` (a Dataset's name) who were deleted."""
    people = _folder() / "people"
    known = {each.name for each in people.iterdir()} if people.is_dir() else set()
    if not known:
        return pd.Index([], dtype="str")
    salt = (_folder() / "salt").read_bytes()
    return pd.Index([each for each in user_ids if _hash(salt, source, each) in known], dtype="str")


def remember_log(dataset: Dataset) -> None:
    """Remember the log of ``dataset`` with its name, once somebody was deleted from it."""
    logs = _folder() / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    (logs / _print(dataset)).write_text(dataset.name, encoding="utf-8")


def log_known_as(dataset: Dataset) -> str | None:
    """Return the name under which somebody was deleted from the very log of ``dataset``; None where nobody was."""
    if not (_folder() / "logs").is_dir():
        return None
    known = _folder() / "logs" / _print(dataset)
    return known.read_text(encoding="utf-8") if known.is_file() else None


def replace(old: str, new: str | None) -> None:
    """Remember that the dataset ``new`` took the place of ``old``; None where nobody was left."""
    datasets = _folder() / "datasets"
    datasets.mkdir(parents=True, exist_ok=True)
    (datasets / old).write_text(new or "")


def replaced_by(fingerprint: str) -> str | None:
    """Return the dataset that took the place of ``fingerprint`` in the end, or None where it was not replaced."""
    found, newer = None, _folder() / "datasets" / Path(fingerprint).name
    while newer.is_file() and (following := newer.read_text()):
        found, newer = following, newer.with_name(following)
    return found


def version() -> int:
    """Return a number that changes whenever somebody is deleted, by this process or another."""
    places = (_folder() / "people", _folder() / "datasets")
    return max((place.stat().st_mtime_ns for place in places if place.is_dir()), default=0)


def _folder() -> Path:
    return lasting() / "deleted"


def _print(dataset: Dataset) -> str:
    """Return a keyed hash over who did what when, whatever the weights, the side tables and the order of rows."""
    salt = (_folder() / "salt").read_bytes()
    log = dataset.interactions
    digest = np.zeros(len(log), dtype=np.uint64)
    for ids, code in ((dataset.users["user_id"], log["user"]), (dataset.items["item_id"], log["item"])):
        hashed = pd.util.hash_array(ids.astype(str).to_numpy(object), hash_key=salt.hex()[:16])
        digest = digest * np.uint64(1_099_511_628_211) + hashed[code.to_numpy()]
    digest = digest * np.uint64(1_099_511_628_211) + log["time"].to_numpy("datetime64[s]").view(np.uint64)
    return hashlib.blake2b(np.sort(digest).tobytes(), key=salt, digest_size=16).hexdigest()


def _hash(salt: bytes, source: str, user_id: str) -> str:
    text = json.dumps([source, str(user_id)])
    return hashlib.blake2b(text.encode(), key=salt, digest_size=16).hexdigest()
