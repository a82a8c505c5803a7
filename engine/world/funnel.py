"""How liking and price move carts and purchases, from a log that names views, carts and purchases.

A pair that was viewed was put in the cart or not, one in the cart was bought or not: two logistic regressions on the
pair's utility, the second on the price too. The utility is the posterior mean of tastes learned from the other half
of the pairs, so that no taste has seen the choice it explains; regressing on a posterior mean leaves the slope as it
is (Berkson 1950; Carroll et al. 2006, Measurement Error in Nonlinear Models, section 1.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from engine.dataset import Dataset
from engine.world.catalogue import item_prices, price_effect
from engine.world.events import CARTS, PURCHASES, VIEWS, pairs_with
from engine.world.taste import draw_tastes, latent

Array = NDArray[np.float64]

_ENOUGH = 200  # purchases below which the slopes say little
_DRAWS = 8
_MOST_ROWS = 50_000
_RIDGE = 10.0  # inverse strength of the penalty on the slopes


@dataclass(frozen=True)
class Funnel:
    """Slopes of the funnel.

    Attributes:
        cart: logits of putting a viewed item in the cart, a standard deviation of utility.
        purchase: logits of buying what is in the cart, a standard deviation of utility.
        price: logits of buying what is in the cart that a standard deviation of log price takes away, 0 or more;
            None where items have no price.
        purchases: purchases they were fitted to.
    """

    cart: float
    purchase: float
    price: float | None
    purchases: int


def fit_funnel(
    dataset: Dataset, rank: int, weights: tuple[float, float], rng: np.random.Generator, *, trust: float = 1.0
) -> Funnel | None:
    """Return the funnel's slopes; None where the log does not name views, carts and 200 purchases of them.

    Args:
        dataset: the log.
        rank: length of a taste vector.
        weights: shares of taste and quality in a utility, whose squares add up to 1.
        rng: draws the halves and what the log leaves open of the tastes.
        trust: share of what the log says of a taste that is believed.
    """
    viewed, carted, bought = (pairs_with(dataset, names) for names in (VIEWS, CARTS, PURCHASES))
    if not len(viewed) or np.isin(carted, viewed).sum() < _ENOUGH or np.isin(bought, viewed).sum() < _ENOUGH:
        return None
    half = rng.random(len(viewed)) < 0.5
    known = dataset.preferences
    pair = known.user.astype(np.int64) * dataset.n_items + known.item
    found = latent(known.take(~np.isin(pair, viewed[half])), rank, rng, trust=trust)
    looked = viewed[half]
    if len(looked) > _MOST_ROWS:
        looked = rng.choice(looked, _MOST_ROWS, replace=False)
    user, item = np.divmod(looked, dataset.n_items)
    users, row = np.unique(user, return_inverse=True)
    taste = np.mean([draw_tastes(found, users, 1.0, rng) for _ in range(_DRAWS)], axis=0)
    personal = np.einsum("pr,pr->p", taste[row], found.vectors[item])
    utility = weights[0] * personal + weights[1] * found.quality[item]
    price = item_prices(dataset.items)
    dear = None if price is None else -price_effect(price, 1.0)[item]
    in_cart = np.isin(looked, carted)
    paid = np.isin(looked, bought)
    cart = _slopes(utility[:, None], in_cart)
    features = utility[:, None] if dear is None else np.column_stack([utility, dear])
    buying = _slopes(features[in_cart], paid[in_cart])
    if cart is None or buying is None:
        return None
    return Funnel(
        cart=float(max(cart[0], 0.0)),
        purchase=float(max(buying[0], 0.0)),
        price=None if dear is None else float(max(-buying[1], 0.0)),
        purchases=int(paid.sum()),
    )


def _slopes(features: Array, happened: NDArray[np.bool_]) -> Array | None:
    if happened.all() or not happened.any():
        return None
    return np.asarray(LogisticRegression(C=_RIDGE).fit(features, happened).coef_[0], dtype=np.float64)
