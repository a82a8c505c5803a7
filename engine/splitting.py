"""Splitting a log into train, validation and test rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.errors import DataError, unknown
from engine.ordering import order_by

How = Literal["temporal", "random", "leave-last"]
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """Which rows of ``dataset.interactions`` teach, tune and test. Every row is in exactly one part.

    Attributes:
        train: rows models learn from while being tuned, boolean, one a row.
        validation: rows that choose parameters, boolean, one a row; may be empty.
        test: rows nothing learns from, boolean, one a row.
        how: ``temporal``, ``random`` or ``leave-last``.
        validation_share: asked share of validation rows (0 for ``leave-last``).
        test_share: asked share of test rows (0 for ``leave-last``).
        seed: seed of the random split; the others draw nothing.
        test_from: first moment of the test rows of a temporal split, otherwise None.
    """

    train: Rows
    validation: Rows
    test: Rows
    how: How
    validation_share: float
    test_share: float
    seed: int
    test_from: pd.Timestamp | None = None

    @property
    def fit_rows(self) -> Rows:
        """Rows a model learns from before it meets the test: train and validation together."""
        fit: Rows = self.train | self.validation
        return fit

    @property
    def sentence(self) -> str:
        """How the rows were split, in words."""
        counts = f"{int(self.fit_rows.sum()):,} rows to learn from, {int(self.test.sum()):,} to test on"
        if self.how == "temporal" and self.test_from is not None:
            return f"By time: {counts} (from {self.test_from:%Y-%m-%d %H:%M})."
        if self.how == "random":
            return f"At random within each user (seed {self.seed}): {counts}."
        return f"Each user's last row is the test: {counts}."


def split(
    dataset: Dataset,
    how: How = "temporal",
    *,
    validation_share: float | None = None,
    test_share: float = 0.15,
    seed: int = 0,
) -> Split:
    """Split the rows of ``dataset`` into train, validation and test.

    ``temporal`` cuts all rows at two moments, so nothing is learnt from after the test began; a cut never
    falls between rows of the same moment, so the shares are met as closely as equal times allow.
    ``random`` draws from each user's rows, each user's count being its share rounded up or down so that the
    overall share is met within one row. ``leave-last`` keeps each user's last row for the test (users with
    two rows or more) and the one before for validation (three or more).

    Args:
        dataset: the log.
        how: ``temporal``, ``random`` or ``leave-last``.
        validation_share: share of rows for validation; 0.15 by default, 0 for ``random``.
        test_share: share of rows for the test.
        seed: seed of ``random``.

    Raises:
        DataError: for an unknown way, shares outside (0, 1) or adding up to 1 or more, no times where they
            are needed, or a part that would be empty.
    """
    if how not in get_args(How):
        raise DataError(unknown("Split", how, get_args(How)))
    if validation_share is None:
        validation_share = 0.0 if how == "random" else 0.15
    if how == "leave-last":
        validation_share = test_share = 0.0
    else:
        _check_shares(validation_share, test_share)
    if how != "random" and dataset.interactions["time"].isna().any():
        raise DataError(
            f"A {how} split needs the time of every row, and '{dataset.name}' has none. "
            "Map a time column, or choose the random split."
        )

    test_from = None
    if how == "temporal":
        time = dataset.interactions["time"].to_numpy()
        fit_until, test_since = _cuts(np.sort(time), validation_share, test_share)
        test = time >= test_since
        validation = (time >= fit_until) & ~test
        test_from = pd.Timestamp(test_since)
    else:
        user = dataset.interactions["user"].to_numpy()
        n_rows = np.bincount(user, minlength=dataset.n_users)
        if how == "random":
            rng = np.random.default_rng(seed)
            n_held = _round_share(n_rows, validation_share + test_share, rng)
            n_test = _round_share(n_held, test_share / (validation_share + test_share), rng)
            place = _place_from_end(user, n_rows, tie=rng.random(len(user)))
        else:
            n_test = (n_rows >= 2).astype(np.int64)
            n_held = n_test + (n_rows >= 3)
            place = _place_from_end(user, n_rows, tie=dataset.interactions["time"].to_numpy())
        test = place < n_test[user]
        validation = (place < n_held[user]) & ~test

    train = ~(test | validation)
    if not test.any() or not train.any():
        raise DataError(
            f"A {how} split of the {len(train):,} rows of '{dataset.name}' leaves nothing to "
            f"{'learn from' if test.any() else 'test on'}. More rows are needed, or another split."
        )
    return Split(train, validation, test, how, validation_share, test_share, seed, test_from)


def _check_shares(validation_share: float, test_share: float) -> None:
    if not 0 < test_share < 1:
        raise DataError(f"The test share was {test_share:g}; it must lie between 0 and 1, for instance 0.2.")
    if not 0 <= validation_share < 1 or validation_share + test_share >= 1:
        raise DataError(
            f"Validation {validation_share:g} and test {test_share:g} leave nothing to learn from; "
            "together they must stay below 1."
        )


def _cuts(
    time: NDArray[np.datetime64], validation_share: float, test_share: float
) -> tuple[np.datetime64, np.datetime64]:
    """Return the first moment of validation and of test, given the sorted ``time`` of all rows."""
    # A cut may only fall where the time changes; each takes the allowed place nearest to its share.
    places = np.flatnonzero(time[1:] != time[:-1]) + 1
    if len(places) == 0:
        return time[0], time[0]
    wanted = len(time) * np.array([1 - validation_share - test_share, 1 - test_share])
    above = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
    below = np.maximum(above - 1, 0)
    nearest = np.where(wanted - places[below] <= places[above] - wanted, places[below], places[above])
    return time[nearest[0]], time[nearest[1]]


def _round_share(n_rows: NDArray[np.int64], share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return ``share`` of each count rounded up or down, the sum being right within one.

    Systematic sampling (Madow 1949): a random start, then every 1/share-th row of the users laid end to end.
    """
    # The tiny step keeps exact multiples, such as 20% of 5, on the same side of the rounding.
    reached = np.floor(np.cumsum(n_rows) * share + rng.random() * (1 - 1e-9) + 1e-9)
    taken: NDArray[np.int64] = np.diff(reached, prepend=0.0).astype(np.int64)
    return np.minimum(taken, n_rows)


def _place_from_end(
    user: NDArray[np.integer], n_rows: NDArray[np.int64], *, tie: NDArray[np.generic]
) -> NDArray[np.int64]:
    """Return each row's place among its user's rows counted from the last (0) by ``tie``, then by line."""
    order = np.argsort(tie, kind="stable")
    order = order[order_by(user[order], len(n_rows))]
    place = np.empty(len(user), dtype=np.int64)
    place[order] = np.cumsum(n_rows)[user[order]] - 1 - np.arange(len(user))
    return place
