"""The Dataset: interactions, users and items as columnar tables with integer codes, and a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from engine.preferences import Preferences, explicit_preferences, implicit_preferences

Feedback = Literal["explicit", "implicit"]


@dataclass(frozen=True)
class Dataset:
    """One interaction log with its side tables. Immutable: never write into its frames.

    Attributes:
        name: what the reader calls it, for instance ``sample`` or a file's name.
        interactions: one row an event, ordered by time then by line. Columns: ``user`` and ``item``
            (int32 codes), ``time`` (datetime64[s], NaT in every row where the log has no time),
            ``event`` (category; ``rating`` or ``interaction`` where the log names none),
            ``rating`` (float64, NaN where the row carries none) and, where the log says how many such events a row
            stands for (plays, pieces, hours), ``count`` (float64, above 0).
        users: one row a user, position = code; ``user_id`` (str) and the user table's columns.
        items: one row an item, position = code; ``item_id`` (str) and the item table's columns.
            The well-known ones are ``title``, ``category``, ``price``, ``text``, ``brand``.
        feedback: whether models learn from ratings (``explicit``) or from weighted events (``implicit``).
        event_weights: what one event of each kind is worth when feedback is implicit.
        rating_scale: lowest and highest possible rating, or None where there are no ratings.
        withheld_users: users left out because they did not consent.
    """

    name: str
    interactions: pd.DataFrame
    users: pd.DataFrame
    items: pd.DataFrame
    feedback: Feedback
    event_weights: Mapping[str, float] = field(default_factory=dict)
    rating_scale: tuple[float, float] | None = None
    withheld_users: int = 0

    @property
    def n_users(self) -> int:
        """Number of users."""
        return len(self.users)

    @property
    def n_items(self) -> int:
        """Number of items: the whole catalogue, also what nobody touched."""
        return len(self.items)

    @property
    def has_time(self) -> bool:
        """Whether the interactions carry a time."""
        return bool(self.interactions["time"].notna().any())

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits over the full content: every cell, column name, weight and the feedback kind.

        The dataset's own name does not count: the same log under two names is one dataset.
        """
        digest = hashlib.sha256()
        for frame in (self.interactions, self.users, self.items):
            digest.update(json.dumps([len(frame), *map(str, frame.columns)]).encode())
            for column in frame.columns:
                _update(digest, frame[column])
        weights = sorted((event, float(weight)) for event, weight in self.event_weights.items())
        scale = [float(end) for end in self.rating_scale] if self.rating_scale else None
        meta = [self.feedback, weights, scale, self.withheld_users]
        digest.update(json.dumps(meta).encode())
        return digest.hexdigest()[:16]

    @cached_property
    def preferences(self) -> Preferences:
        """All interactions as one value a user-item pair."""
        return self.preferences_of(np.ones(len(self.interactions), dtype=bool))

    def preferences_of(self, rows: np.ndarray) -> Preferences:
        """Return the interactions selected by ``rows`` (boolean, one a row) as one value a user-item pair."""
        part = self.interactions.loc[rows]
        if self.feedback == "explicit":
            if self.rating_scale is None:
                raise ValueError("explicit feedback needs a rating scale")
            found = explicit_preferences(part, self.n_users, self.n_items, self.rating_scale)
        else:
            found = implicit_preferences(part, self.n_users, self.n_items, self.event_weights, self.rating_scale)
        return replace(found, items=self.items, users=self.users)

    def user_code(self, user_id: str) -> int | None:
        """Return the code of the user named ``user_id``, or None."""
        return self._user_codes.get(user_id)

    @cached_property
    def _user_codes(self) -> dict[str, int]:
        return {user_id: code for code, user_id in enumerate(self.users["user_id"])}


def _update(digest: hashlib._Hash, column: pd.Series) -> None:
    """Feed one column to ``digest`` by what it says, not by how pandas holds it.

    Text and categories go in by first appearance, so neither the order of the categories nor an unused one
    counts, and a missing cell differs from the word "nan". Times are microseconds whatever their unit.
    """
    held = column.dtype.kind if isinstance(column.dtype, np.dtype) else "O"
    kind = {"i": "whole", "u": "whole", "f": "number", "b": "truth", "M": "time"}.get(held, "text")
    digest.update(kind.encode())
    if kind == "text":
        codes, values = pd.factorize(column)
        digest.update(json.dumps([str(value) for value in values]).encode())
        cells = codes.astype(np.int64)
    elif kind == "number":
        numbers = column.to_numpy(np.float64) + 0.0  # -0.0 becomes 0.0
        cells = np.where(np.isnan(numbers), np.nan, numbers)
    elif kind == "time":
        cells = column.to_numpy("datetime64[us]")
    else:
        cells = column.to_numpy(np.int64)
    digest.update(np.ascontiguousarray(cells).tobytes())
