"""Promotions: a lower price for some brings purchases, and takes from the revenue of those who would have bought."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.traits import relative_prices, user_thrift
from engine.uses.by_key import ByKey
from engine.uses.use import Use
from engine.world import State, World
from engine.world.calibration import carts_per_click
from engine.world.catalogue import item_prices

Array = NDArray[np.float64]
Codes = NDArray[np.integer]

#: Price elasticity of the median unit's purchases. With ``SPREAD`` the mean over units is 1.76, that of 367 estimates
#: (Tellis 1988, "The price elasticity of selective demand").
MEDIAN_ELASTICITY = 1.47

#: Standard deviation over units of the logarithm of the elasticity. Assumed.
SPREAD = 0.6

_LEAST_KEPT = 0.1  # where next to everything in a cart is bought, a lower price cannot sell more


@dataclass(frozen=True, eq=False)
class Bargains:
    """The scene of a promotion: units differ in how a lower price moves them.

    Attributes:
        slope: logits of buying gained for each unit of log price taken off, (units,) by key.
    """

    slope: ByKey

    def utility(self, state: State, units: Codes, items: Codes) -> Array:  # noqa: ARG002 - a price is not taste
        """Return zeros: what is wanted stays the same, shape (n, k)."""
        return np.zeros(items.shape)

    def price_slope(self, state: State, units: Codes) -> Array:
        """Return the logits of buying each of ``units`` loses for each unit of log price, shape (n,)."""
        return self.slope.at(state.world, units)


def lacks_prices(dataset: Dataset) -> str | None:
    """Return what promotions lack where no item has a price."""
    if item_prices(dataset.items) is not None:
        return None
    return (
        f"{dataset.name} has no price for any item; a promotion takes a share off it. Map a price column of the item "
        "table on the Data page."
    )


def with_bargains(world: World, dataset: Dataset, rng: np.random.Generator) -> World:  # noqa: ARG001 - the world knows prices
    """Return the world in which units differ in how a lower price moves them.

    The logarithm of a unit's elasticity is normal. As far as the log tells who is thrifty (who takes what is cheap
    among its kind, ``engine.traits.user_thrift``) it follows that, and beyond that it is drawn. An elasticity is
    the slope of the logit times the chance not to buy what is in the cart.
    """
    told = user_thrift(world.history, relative_prices(world.price, world.category))
    elasticity = MEDIAN_ELASTICITY * np.exp(SPREAD * told.drawn(rng.standard_normal(world.n_units)))
    kept = 1 - world.params.purchase_rate / carts_per_click(world.params)
    slope = elasticity / max(kept, _LEAST_KEPT)
    pays = float(np.mean(elasticity > 1))
    note = (
        f"A small discount raises revenue from {pays:.0%} of the simulated users and costs revenue from the others; "
        "the cost of goods is not counted."
    )
    return replace(world, scene=Bargains(ByKey.of(world, slope)), notes=(*world.notes, note))


PROMOTIONS = Use(
    name="promotions",
    title="Promotions and prices",
    question="Does a discount pay for itself, and for whom?",
    explanation=(
        "All variants show the same items by the same model; a treatment takes 10% off every price it shows to a "
        "segment: everybody, those who buy what is cheap among its kind, or those who have not been seen lately; by "
        "choice those foretold to be likeliest to stay away, or to be worth most.",
        "A lower price makes a purchase likelier, and each purchase brings less. Simulated users differ in how much "
        "a price moves them, as far as the log tells with who buys cheap, and by chance beyond that.",
        "Assumed: how strongly prices move people on average (an elasticity of 1.76, the mean of 367 studies' "
        "estimates), and that nobody waits for the next discount. Revenue is before the cost of goods.",
    ),
    source="Price elasticities: Tellis 1988, mean of 367; Bijmolt, van Heerde & Pieters 2005 find 2.62 over 1,851.",
    control="ease",
    treatments=("ease+discount:0.1", "ease+discount_thrifty:0.1", "ease+discount_lapsing:0.1"),
    also=("ease+discount_at_risk:0.1", "ease+discount_valuable:0.1"),
    primary="revenue_per_user",
    guardrails={"conversion": 0.02},
    lacks=lacks_prices,
    prepare=with_bargains,
)
