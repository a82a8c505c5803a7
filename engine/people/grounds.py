"""Why somebody's prediction is what it is: what it would be if one thing about them were as usual."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.people.learning import Learned

GROUNDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "recency": ("recency_days", "recency_in_gaps"),
        "lately": ("interactions_lately", "trend"),
        "history": ("interactions", "active_days", "gap_days"),
        "tenure": ("tenure_days",),
        "value": ("value", "value_lately"),
        "breadth": ("items", "categories"),
    }
)
"""Columns of ``engine.people.features.features`` that say the same thing, and so are taken as one."""

_NOTHING = "Nothing about them raises it"


def grounds(learned: Learned, known: pd.DataFrame) -> pd.DataFrame:
    """Return what raises each user's churn risk and expected value most, by the models' own reckoning.

    Each ground's columns are set to everybody's median in turn, all else staying as it is, and the prediction is
    made again: the ground is the one without which it falls furthest (Robnik-Šikonja & Kononenko 2008, "Explaining
    classifications for individual instances", IEEE TKDE 20(5), section 3, with the median for an unknown value).

    Args:
        learned: the models.
        known: what is known of the users, as ``features`` returns it.

    Returns:
        The index of ``known``; ``risk_ground`` and ``value_ground`` (categories of ``GROUNDS``, NaN where nothing
        raises the prediction), ``risk_otherwise`` and ``value_otherwise`` (the prediction with that as usual).
    """
    usual = known.median()
    changed = [known.assign(**{name: usual[name] for name in columns}) for columns in GROUNDS.values()]
    risks = np.stack([learned.churn_risk(each) for each in changed], axis=1)
    values = np.stack([learned.expected_value(each) for each in changed], axis=1)
    found: dict[str, Any] = {}
    for name, otherwise, now in (
        ("risk", risks, learned.churn_risk(known)),
        ("value", values, learned.expected_value(known)),
    ):
        least = otherwise.argmin(axis=1)
        lowest = otherwise[np.arange(len(known)), least]
        code: NDArray[np.int64] = np.where(lowest < now, least, -1).astype(np.int64)
        found[f"{name}_ground"] = pd.Categorical.from_codes(code, categories=pd.Index(list(GROUNDS)))
        found[f"{name}_otherwise"] = np.minimum(lowest, now)
    return pd.DataFrame(found, index=known.index)


def reasons(found: pd.DataFrame, known: pd.DataFrame, period_days: int) -> pd.DataFrame:
    """Return the ``grounds`` as sentences, one row a user: columns ``risk_reason`` and ``value_reason``.

    Args:
        found: rows of what ``grounds`` returned.
        known: what is known of the same users, in the same order.
        period_days: length of the period the features compare.
    """
    said = {name: _facts(name, known, period_days) for name in GROUNDS}
    return pd.DataFrame(
        {
            "risk_reason": _sentences(found["risk_ground"], said, "the risk", found["risk_otherwise"].map(in_percent)),
            "value_reason": _sentences(
                found["value_ground"], said, "the value", found["value_otherwise"].map("{:,.2f}".format)
            ),
        },
        index=found.index,
    )


def in_percent(chance: float) -> str:
    """Return a chance in whole percent; what is nearly certain is not called so."""
    return "under 1%" if chance < 0.005 else "over 99%" if chance > 0.995 else f"{chance:.0%}"


def _sentences(ground: pd.Series, said: Mapping[str, pd.Series], what: str, otherwise: pd.Series) -> pd.Series:
    text: NDArray[np.object_] = np.full(len(ground), _NOTHING, dtype=object)
    for name, facts in said.items():
        here = (ground == name).to_numpy()
        text[here] = facts[here] + f"; if that were as usual, {what} would be " + otherwise[here]
    return pd.Series(text, index=ground.index)


def _facts(name: str, known: pd.DataFrame, period_days: int) -> pd.Series:
    """Return what is so of each user, in the words of one ground."""

    def told(column: str, form: str = "{:,.0f}") -> pd.Series:
        text: pd.Series = known[column].map(form.format)
        return text

    lately = f" in the last {period_days} days"
    match name:
        case "recency":
            return "Last seen " + told("recency_days") + " days ago"
        case "lately":
            before: pd.Series = (known["interactions_lately"] + 1) / np.exp(known["trend"]) - 1
            earlier: pd.Series = before.map("{:,.0f} in those before".format)
            return told("interactions_lately") + " interactions" + lately + ", " + earlier
        case "history":
            return told("interactions") + " interactions on " + told("active_days") + " days"
        case "tenure":
            return "Known for " + told("tenure_days") + " days"
        case "value":
            return told("value", "{:,.2f}") + " of value, " + told("value_lately", "{:,.2f}") + " of it" + lately
        case _:
            return told("items") + " different items"
