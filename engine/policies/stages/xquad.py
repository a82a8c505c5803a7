"""xQuAD: a list that covers the kinds a user cares for."""

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
    0.3,
    "How much covering what is still missing counts against relevance: 0 keeps the order.",
    0.0,
    1.0,
)


@dataclass(frozen=True)
class Xquad:
    """Fills each place by ``(1 - value) x relevance + value x sum over kinds of own share x item's share x room``.

    The explicit query aspect diversification of Santos, Macdonald & Ounis 2010 (WWW, equation 6) with a user's
    kinds as aspects, weighted by their share of the user's history. Room is what the list leaves open: 1 less the
    kind's share of the list so far, the smooth variant of Abdollahpouri, Burke & Mobasher 2019 (FLAIRS). Kinds are
    the catalogue's categories, or clusters of items alike where it names none.

    Attributes:
        value: weight of coverage, 0 to 1.
        kinds: of the items; None before ``fitted``.
        own: each user's own mix, shape (users, kinds + 1); None before ``fitted``.
    """

    value: float = 0.3
    kinds: Kinds | None = field(default=None, compare=False, repr=False)
    own: Array | None = field(default=None, compare=False, repr=False)

    name = "xquad"
    reach = 4

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``xQuAD 0.3``."""
        return f"xQuAD {number(self.value)}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with items' kinds and users' own mixes in ``evidence``."""
        return replace(self, kinds=evidence.kinds_of_items, own=np.pad(evidence.mix, ((0, 0), (0, 1))))

    def arranged(self, pool: Pool, places: int) -> Pool:
        """Return the pool with its first ``places`` filled greedily."""
        if self.value == 0 or self.kinds is None or self.own is None:
            return pool
        return covering(pool, places, self.value, self.kinds, self.own[pool.units])


def covering(pool: Pool, places: int, weight: float, kinds: Kinds, own: Array) -> Pool:
    """Return the pool with its first ``places`` filled greedily by relevance and by what the list leaves open.

    Args:
        pool: the candidates.
        places: how many to choose.
        weight: of coverage, 0 to 1.
        kinds: aspects of the items.
        own: what each aspect is worth to each row's unit, shape (rows, kinds + 1), the last 0.
    """
    mix = Mix(kinds, pool.items)
    worth = mix.at_candidates(own) * mix.shares
    relevance = (1 - weight) * pool.relevance
    chosen = 0

    def gain(last: NDArray[np.int64] | None) -> Array:
        nonlocal chosen
        mix.add(last)
        chosen += last is not None
        room = 1 - mix.sums / max(chosen, 1)
        return np.asarray(relevance + weight * (worth * mix.at_candidates(room)).sum(axis=2))

    return greedy(pool, places, gain)


INFO = StageInfo(
    name="xquad",
    title="Covers the user's interests (xQuAD)",
    group="rerank",
    description="Each place favours the categories a user cares for that the list does not cover yet.",
    setting=SETTING,
    source="Santos, Macdonald & Ounis 2010, WWW; Abdollahpouri, Burke & Mobasher 2019, FLAIRS",
    make=Xquad,
)
