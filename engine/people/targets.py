"""Whom to address: the users of the highest risk, value or loss to expect, each with the reason the model gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.errors import DataError, unknown
from engine.people.grounds import reasons
from engine.people.groups import thirds
from engine.people.predictions import Predictions

ORDERS: Mapping[str, str] = MappingProxyType(
    {"at_stake": "Value at stake", "churn_risk": "Churn risk", "expected_value": "Expected value"}
)
"""By what users are put first, and what it is called."""


@dataclass(frozen=True, eq=False)
class Foretold:
    """Whom the predictions put into a group, by user code: guesses from the log alone, which a policy may know.

    Attributes:
        at_risk: the third of the users with an interaction of the highest churn risk, shape (users,).
        valuable: the third of the highest expected value, shape (users,).
    """

    at_risk: NDArray[np.bool_]
    valuable: NDArray[np.bool_]


@dataclass(frozen=True)
class Targets:
    """Users to address, the first the most pressing.

    Attributes:
        frame: one row a user: ``user_id``, ``churn_risk``, ``expected_value``, ``at_stake``, ``risk_reason`` and
            ``value_reason``.
        by: what they are ordered by, of ``ORDERS``.
        predictions: what they were chosen from.
    """

    frame: pd.DataFrame
    by: str
    predictions: Predictions

    @property
    def sentence(self) -> str:
        """Who they are against everybody, and what the list does not say."""
        everybody, days = self.predictions.frame, self.predictions.period_days
        n, all_of = len(self.frame), int(everybody["churn_risk"].notna().sum())
        share = self.frame["at_stake"].sum() / (everybody["at_stake"].sum() or 1.0)
        return (
            f"{n:,} of {all_of:,} users, {self.frame['churn_risk'].mean():.0%} of whom are expected to stay away for "
            f"{days} days (of everybody {everybody['churn_risk'].mean():.0%}). If all of them came back who otherwise "
            f"would not, that would bring {self.frame['at_stake'].sum():,.2f} ({self.predictions.value_unit}), "
            f"{share:.0%} of what staying away costs in all. Whether addressing them brings them back, only a test can "
            "say."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the list as plain JSON data."""
        return {"by": self.by, "sentence": self.sentence, "users": self.frame.to_dict("records")}


def foretold(predictions: Predictions) -> Foretold:
    """Return the users whom a policy may single out."""
    risk, value = (thirds(predictions.frame[name]) == 2 for name in ("churn_risk", "expected_value"))
    return Foretold(risk, value)


def targets(dataset: Dataset, predictions: Predictions, *, by: str = "at_stake", most: int | None = None) -> Targets:
    """Return the users to address first, users without an interaction left out.

    Args:
        dataset: what the predictions are of.
        predictions: of ``predict_people``.
        by: one of ``ORDERS``; the highest comes first, of equal ones those with more at stake.
        most: how many; all when None.

    Raises:
        DataError: ``by`` is unknown, or ``most`` is below 1.
    """
    if by not in ORDERS:
        raise DataError(unknown("Order", by, ORDERS))
    if most is not None and most < 1:
        raise DataError(f"A list of {most} users was asked for; it must have 1 or more, for instance 100.")
    first = predictions.frame.loc[predictions.known.index]
    first = first.sort_values([by, "at_stake"], ascending=False, kind="stable").iloc[:most]
    why = reasons(predictions.grounds.loc[first.index], predictions.known.loc[first.index], predictions.period_days)
    frame = first.join(why)
    frame.insert(0, "user_id", dataset.users["user_id"].astype(str).loc[first.index])
    return Targets(frame.reset_index(drop=True), by, predictions)
