"""Calibration: a list whose mix of kinds is the user's own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.kinds import Kinds, Mix
from engine.policies.pool import Array, Pool, greedy
from engine.policies.stage import StageInfo, number

SETTING = Param(
    "weight",
    "float",
    0.5,
    "How much the mix of the list counts against relevance: 0 keeps the order, 1 looks at the mix alone.",
    0.0,
    1.0,
)

_SMOOTHING = 0.01  # alpha of the paper


@dataclass(frozen=True)
class Calibrated:
    """Fills each place so that ``(1 - value) x relevance - value x KL(own mix || the list's mix)`` is highest.

    Steck 2018 ("Calibrated recommendations", RecSys), equations 5 to 7, greedily as in section 3.3: the own mix is
    that of the kinds in a user's history, the list's is smoothed with 0.01 of it. Kinds are the catalogue's
    categories, or clusters of items alike where it names none. A user without a history keeps the order.

    Attributes:
        value: weight of calibration, 0 to 1.
        kinds: of the items; None before ``fitted``.
        own: each user's own mix, shape (users, kinds + 1); None before ``fitted``.
    """

    value: float = 0.5
    kinds: Kinds | None = field(default=None, compare=False, repr=False)
    own: Array | None = field(default=None, compare=False, repr=False)

    name = "calibrated"
    reach = 4

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``calibrated 0.5``."""
        return f"calibrated {number(self.value)}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with items' kinds and users' own mixes in ``evidence``."""
        return replace(self, kinds=evidence.kinds_of_items, own=np.pad(evidence.mix, ((0, 0), (0, 1))))

    def arranged(self, pool: Pool, places: int) -> Pool:
        """Return the pool with its first ``places`` filled greedily."""
        if self.value == 0 or self.kinds is None or self.own is None:
            return pool
        own = self.own[pool.units]
        known = self.kinds.known[np.maximum(pool.items, 0)] & (own.sum(axis=1, keepdims=True) > 0)
        mix = Mix(self.kinds, pool.items)
        wanted = mix.at_candidates(own)
        relevance = (1 - self.value) * pool.relevance

        def gain(last: NDArray[np.int64] | None) -> Array:
            mix.add(last)
            total = mix.sums[:, :-1].sum(axis=1)
            # With T items of known kind in the list, one more of share w in kind c makes its mix (sum_c + w) / (T + 1).
            after = (1 - _SMOOTHING) / (total + 1)
            before = _log(after[:, None] * mix.sums + _SMOOTHING * own)
            grown = after[:, None, None] * (mix.at_candidates(mix.sums) + mix.shares) + _SMOOTHING * wanted
            likelihood = (own * before).sum(axis=1)[:, None]
            likelihood = likelihood + (wanted * (_log(grown) - mix.at_candidates(before))).sum(axis=2)
            same = (1 - _SMOOTHING) / np.maximum(total, 1)
            unchanged = (own * _log(same[:, None] * mix.sums + _SMOOTHING * own)).sum(axis=1)
            return np.asarray(relevance + self.value * np.where(known, likelihood, unchanged[:, None]))

        return greedy(pool, places, gain)


def _log(values: Array) -> Array:
    """Return logarithms, 0 for 0: such a kind has no weight."""
    return np.log(values, out=np.zeros_like(values), where=values > 0)


INFO = StageInfo(
    name="calibrated",
    title="Calibrated to the user's own mix",
    group="rerank",
    description="The list's mix of categories follows what the user had so far, so that lesser interests are not "
    "crowded out by the greatest.",
    setting=SETTING,
    source="Steck 2018, RecSys",
    make=Calibrated,
)
