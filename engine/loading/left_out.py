"""Rows of users who were deleted here: left out as though the file had never held them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import deleted
from engine.dataset import Dataset
from engine.errors import DataError
from engine.loading.cells import ids
from engine.loading.raw import RawTable

_BETWEEN_WORDS = re.compile(r"[^\w.-]+")


def deleted_users(name: str, log: RawTable, users: RawTable | None, column: str) -> pd.Index:
    """Return the ids of ``log`` and of the table of users that were deleted from the data called ``name``.

    Args:
        name: what the data is called.
        log: the interaction log.
        users: a table of users; any of its columns may hold their ids.
        column: the log's column of user ids.
    """
    if not deleted.anybody():
        return pd.Index([], dtype="str")
    columns = [log.frame[column], *([] if users is None else [users.frame[name] for name in users.frame])]
    cells = pd.concat([ids(each.drop_duplicates()) for each in columns])
    return deleted.deleted_among(name, cells.dropna().unique())


def deleted_elsewhere(dataset: Dataset) -> bool:
    """Return whether ``dataset`` holds users who were deleted from the very same log under another name.

    They are then remembered under this one's too, so that loading it again leaves them out.
    """
    name = deleted.log_known_as(dataset)
    if name is None or name == dataset.name:
        return False
    gone = deleted.deleted_among(name, dataset.users["user_id"].astype(str))
    for user_id in gone:
        deleted.remember(dataset.name, user_id)
    return len(gone) > 0


def without_deleted(log: RawTable, column: str, gone: pd.Index) -> RawTable:
    """Return ``log`` without the rows of the users ``gone``, and without lines that are no rows but name one.

    Raises:
        DataError: no row is left.
    """
    if not len(gone):
        return log
    stays = ~ids(log.frame[column]).isin(gone).to_numpy(bool)
    if not stays.any():
        raise DataError("Every user of this log was deleted here. Nothing is left of it; load another file.")
    named = about(log.malformed, column, gone)
    return replace(
        log,
        frame=log.frame[stays].reset_index(drop=True),
        lines=log.lines[stays],
        malformed=log.malformed[~named].reset_index(drop=True),
    )


def about(refused: pd.DataFrame, column: str, user_ids: Collection[str]) -> NDArray[np.bool_]:
    """Return which of the refused rows name one of ``user_ids``: in the ``column`` of users, or in a whole line."""
    # As a table may write them that once had a gap.
    wanted = {written for user_id in user_ids for written in (user_id, f"{user_id}.0")}
    value = refused["value"].astype(object).where(refused["value"].notna(), "").astype(str)
    in_column = (refused["column"] == column).to_numpy(bool) & value.isin(wanted).to_numpy(bool)
    whole = refused["column"].isna().to_numpy(bool)
    words = value.map(lambda line: not wanted.isdisjoint(_BETWEEN_WORDS.split(line))).to_numpy(bool)
    found: NDArray[np.bool_] = in_column | (whole & words)
    return found
