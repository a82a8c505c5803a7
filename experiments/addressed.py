"""Whom policies may address by prediction: chosen once, from the real log, and the same people in every world."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from engine.dataset import Dataset
from engine.people import Foretold, Predictions, foretold

_AGAIN = re.compile(r"~\d+$")


@dataclass(frozen=True, eq=False)
class Addressed:
    """The predictions' groups by the user's id, so that a log of users drawn anew has the same people in them.

    Attributes:
        users: ids of the log's users.
        groups: who of them is in which group.
    """

    users: pd.Index
    groups: Foretold

    @classmethod
    def of(cls, dataset: Dataset, predictions: Predictions) -> Self:
        """Return the groups of the log that ``predictions`` are of."""
        return cls(pd.Index(dataset.users["user_id"]), foretold(predictions))

    def among(self, dataset: Dataset) -> Foretold:
        """Return the groups by the user codes of ``dataset``: the log itself, or one ``resampled`` from it."""
        ids = pd.Index(dataset.users["user_id"])
        if ids.equals(self.users):
            return self.groups
        # A user drawn again is called name~2; nobody else is unknown.
        place = self.users.get_indexer(ids)
        drawn_again = np.flatnonzero(place < 0)
        place[drawn_again] = self.users.get_indexer(ids[drawn_again].str.replace(_AGAIN, "", regex=True))
        return Foretold(self.groups.at_risk[place], self.groups.valuable[place])
