"""How a unit responds to a slate: looks by position, clicks by utility, buys by utility and price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

Array = NDArray[np.float64]

_STEEPEST = 60.0  # logits; beyond them a probability is 0 or 1


@dataclass(frozen=True)
class Response:
    """The probabilities of clicking and buying. Position-based click model (Craswell et al. 2008, section 3).

    A position is looked at with a chance of its own; what is looked at is clicked with the logit of its
    utility against an outside option whose utility is ``-click_intercept / click_slope``.

    Attributes:
        click_intercept: logit of clicking an examined item of utility 0.
        click_slope: logits per standard deviation of utility.
        purchase_intercept: logit of buying a clicked item of utility 0 and average price.
        purchase_slope: logits per standard deviation of utility.
        price_effect: logits an item's price adds (negative above the average price), shape (items,).
        position_bias: exponent of ``1 / log2(1 + position)``.
    """

    click_intercept: float
    click_slope: float
    purchase_intercept: float
    purchase_slope: float
    price_effect: Array
    position_bias: float

    def examination(self, slate_size: int) -> Array:
        """Return the chance that each position, best first, is looked at, shape (slate_size,)."""
        return examination(slate_size, self.position_bias)

    def click(self, utility: Array) -> Array:
        """Return the chance to click what is looked at, of the same shape as ``utility``."""
        return np.asarray(expit(self.click_intercept + self.click_slope * utility))

    def purchase(self, utility: Array, items: NDArray[np.integer]) -> Array:
        """Return the chance to buy clicked ``items``, of the same shape as ``utility``."""
        logit = self.purchase_intercept + self.purchase_slope * utility + self.price_effect[items]
        return np.asarray(expit(logit))


def examination(slate_size: int, position_bias: float) -> Array:
    """Return the chance that each position is looked at: the nDCG discount to the power ``position_bias``."""
    return np.log2(np.arange(2, slate_size + 2)) ** -position_bias


def calibrated_intercept(offset: Array, weight: Array, target: float) -> float:
    """Return the intercept at which the weighted mean of ``expit(intercept + offset)`` meets ``target``.

    Args:
        offset: logits without the intercept, any shape.
        weight: non-negative weights of the same shape. They add up to what ``target`` is a share of.
        target: between 0 and 1; met as nearly as an intercept within 60 logits can.
    """

    def miss(intercept: float) -> float:
        return float((weight * expit(intercept + offset)).sum() - target * weight.sum())

    if weight.sum() == 0 or miss(-_STEEPEST) >= 0:
        return -_STEEPEST
    if miss(_STEEPEST) <= 0:
        return _STEEPEST
    return float(brentq(miss, -_STEEPEST, _STEEPEST, xtol=1e-10))
