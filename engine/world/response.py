"""How a unit responds to a slate: looks by position, takes by utility, puts in the cart and buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Response:
    """The probabilities of clicking, of putting in the cart and of buying.

    Clicks are successive multinomial logits: a unit takes one item after another of what is left of the slate,
    until an outside option is preferred. An item's weight is its attention by position times
    ``exp(click_slope x utility)``, the outside option's is ``exp(-click_intercept)``. ``cart`` and ``purchase``
    are logits of their own.

    Attributes:
        click_intercept: logit of preferring an item of utility 0 at the first position to the outside option.
        click_slope: logits per standard deviation of utility.
        cart_intercept: logit of putting a clicked item of utility 0 in the cart.
        cart_slope: logits per standard deviation of utility.
        purchase_intercept: logit of buying an item in the cart, of utility 0 and average price.
        purchase_slope: logits per standard deviation of utility.
        price_effect: logits an item's list price adds (negative above the average price), shape (items,).
        price_slope: logits lost per unit of log price, for prices that are not the list's.
        position_bias: exponent of ``1 / log2(1 + position)``.
    """

    click_intercept: float
    click_slope: float
    cart_intercept: float
    cart_slope: float
    purchase_intercept: float
    purchase_slope: float
    price_effect: Array
    price_slope: float
    position_bias: float

    def examination(self, slate_size: int) -> Array:
        """Return the attention to each position, best first, 1 at the first, shape (slate_size,)."""
        return examination(slate_size, self.position_bias)

    def click(self, utility: Array) -> Array:
        """Return the chance to prefer what is looked at to the outside option, of the shape of ``utility``."""
        return np.asarray(expit(self.click_intercept + self.click_slope * utility))

    def cart(self, utility: Array) -> Array:
        """Return the chance to put clicked items in the cart, of the shape of ``utility``."""
        return np.asarray(expit(self.cart_intercept + self.cart_slope * utility))

    def purchase(self, utility: Array, items: NDArray[np.integer], price_factor: float | Array = 1.0) -> Array:
        """Return the chance to buy ``items`` in the cart, of the shape of ``utility``.

        Args:
            utility: of the unit for the item.
            items: item codes, of the same shape.
            price_factor: the price as a part of the list price, above 0.
        """
        price = self.price_effect[items] - self.price_slope * np.log(price_factor)
        return np.asarray(expit(self.purchase_intercept + self.purchase_slope * utility + price))


def examination(slate_size: int, position_bias: float) -> Array:
    """Return the attention to each position: the nDCG discount to the power ``position_bias``."""
    return np.log2(np.arange(2, slate_size + 2)) ** -position_bias
