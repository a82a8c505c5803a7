"""A discount: the same items in the same order, at a lower price for a segment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.pool import Array, Codes, Pool
from engine.policies.stage import StageInfo
from engine.traits import relative_prices, user_thrift
from engine.world import State, World
from engine.world.catalogue import item_categories, item_prices

Segment = Literal["everybody", "thrifty", "lapsing", "at_risk", "valuable"]

SETTING = Param("share", "float", 0.1, "Share that is taken off the list price.", 0.0, 0.9)

_NAMES: dict[Segment, str] = {
    "everybody": "discount",
    "thrifty": "discount_thrifty",
    "lapsing": "discount_lapsing",
    "at_risk": "discount_at_risk",
    "valuable": "discount_valuable",
}
_FORETOLD = ("at_risk", "valuable")
_WHOM: dict[Segment, str] = {
    "everybody": "",
    "thrifty": " for the thrifty",
    "lapsing": " for the lapsing",
    "at_risk": " for those at risk",
    "valuable": " for the valuable",
}
_DAY = 86_400
_HURDLE = "Our own choice, by a hurdle model (Mullahy 1986, Journal of Econometrics 33(3))"


@dataclass(frozen=True)
class Discount:
    """Takes ``value`` off every price it shows to a segment.

    Attributes:
        value: share taken off, 0 to 0.9.
        segment: ``everybody``; ``thrifty``, the half of the users whose choices were cheapest among their kind;
            ``lapsing``, who was last seen before the last sixth of the log; or a third of the users by what was
            foretold of them from the log before the run, by ``engine.people``: ``at_risk``, of the highest chance to
            stay away, and ``valuable``, of the highest expected value.
        chosen: which users get it, shape (users,); None for everybody, before ``fitted``, and where it is foretold.
    """

    value: float = 0.1
    segment: Segment = "everybody"
    chosen: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)

    reach = 1

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def name(self) -> str:
        """Its name in a policy."""
        return _NAMES[self.segment]

    @property
    def title(self) -> str:
        """``10% off for the thrifty``."""
        return f"{self.value:.0%} off{_WHOM[self.segment]}"

    @property
    def foretold(self) -> bool:
        """Whether its users are told by predictions, which the world must bring (``World.foretold``)."""
        return self.segment in _FORETOLD

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage that knows whom the segment holds.

        Raises:
            ModelError: where the data do not tell who is thrifty or lapsing.
        """
        if self.segment == "everybody" or self.foretold:
            return self
        return replace(self, chosen=_members(self.segment, evidence))

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - a price moves no item
        """Return the pool as it is."""
        return pool

    def price_factors(self, state: State, units: Codes, items: Codes) -> Array:
        """Return what part of its list price each item costs its unit, shape of ``items``.

        Raises:
            ModelError: where it goes by predictions and the world has none.
        """
        if self.foretold:
            gets = self._foretold(state.world)[units]
        else:
            gets = np.ones(len(units), dtype=bool) if self.chosen is None else self.chosen[units]
        return np.broadcast_to(np.where(gets, 1 - self.value, 1.0)[:, None], items.shape)

    def _foretold(self, world: World) -> NDArray[np.bool_]:
        """Return which units of ``world`` the predictions put into the segment, shape (units,)."""
        if world.foretold is None:
            raise ModelError(
                f"{self.name} goes by predictions of the log, and none were made. Foretell its users first."
            )
        whom = world.foretold.at_risk if self.segment == "at_risk" else world.foretold.valuable
        return np.asarray(whom[world.user])


def _members(segment: Segment, evidence: Evidence) -> NDArray[np.bool_]:
    train = evidence.train
    if segment == "lapsing":
        if train.time is None:
            raise ModelError("Who is lapsing is told by when users were last seen; the log has no times. Map them.")
        if not len(train):
            return np.zeros(train.n_users, dtype=bool)
        begin, end = int(train.time.min()), int(train.time.max())
        last = np.full(train.n_users, begin - 1)
        np.maximum.at(last, train.user, train.time)
        silent = last < end - max((end - begin) / 6, _DAY)
        return np.asarray(silent & (train.user_items > 0))
    price = None if train.items is None else item_prices(train.items)
    if train.items is None or price is None:
        raise ModelError("Who is thrifty is told by the prices of what they took; the items have none. Map a price.")
    known = user_thrift(train, relative_prices(price, item_categories(train.items)[0])).known
    return np.asarray(known > np.median(known[train.user_items > 0]))


def _info(segment: Segment, title: str, whom: str, source: str = "Our own choice") -> StageInfo:
    return StageInfo(
        name=_NAMES[segment],
        title=title,
        group="offer",
        description=f"Everything shown to {whom} costs less; what is shown stays the same.",
        setting=SETTING,
        source=source,
        make=lambda value: Discount(value, segment),
    )


INFOS = (
    _info("everybody", "Discount for everybody", "anybody"),
    _info("thrifty", "Discount for the thrifty", "the half of the users who took what is cheap among its kind"),
    _info("lapsing", "Discount for the lapsing", "users not seen in the last sixth of the log"),
    _info(
        "at_risk",
        "Discount for those at risk",
        "the third of the users foretold, from the log before, to be likeliest to stay away",
        _HURDLE,
    ),
    _info(
        "valuable",
        "Discount for the valuable",
        "the third of the users foretold, from the log before, to be worth most",
        _HURDLE,
    ),
)
