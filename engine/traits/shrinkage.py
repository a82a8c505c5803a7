"""A trait read from a few noisy observations each: averages, as far as they can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trait:
    """What observations tell of a trait whose true values have mean 0 and standard deviation 1.

    Attributes:
        known: the expected true value of each owner, shape (owners,); 0 where nothing tells.
        reliability: share of the trait's variance that is known, 0 to 1, shape (owners,).
    """

    known: Array
    reliability: Array

    def drawn(self, luck: Array) -> Array:
        """Return one plausible true value an owner: what is known, and the rest from ``luck``.

        Args:
            luck: standard normal, of the shape of ``known``.
        """
        return np.asarray(self.known + np.sqrt(1 - self.reliability) * luck)


def shrunken(value: Array, owner: NDArray[np.integer], n_owners: int) -> Trait:
    """Return what observations tell of their owners' means, shrunk to the mean of all.

    Empirical Bayes of a one-way layout (Efron & Morris 1973; Searle, Casella & McCulloch 1992, section 3.6): the
    variance between owners is what is left of the spread of their averages once the noise within is taken out.
    Where nothing is left, nothing is known.

    Args:
        value: observations, shape (n,).
        owner: whose each is, shape (n,).
        n_owners: how many owners there are, also those without an observation.
    """
    count = np.bincount(owner, minlength=n_owners).astype(np.float64)
    seen = count > 0
    nothing = Trait(np.zeros(n_owners), np.zeros(n_owners))
    groups, total = int(seen.sum()), float(count.sum())
    if groups < 2 or total <= groups:
        return nothing
    mean = np.bincount(owner, weights=value, minlength=n_owners) / np.maximum(count, 1)
    within = float(((value - mean[owner]) ** 2).sum() / (total - groups))
    grand = float(value.mean())
    spread = float((count[seen] * (mean[seen] - grand) ** 2).sum())
    between = (spread - (groups - 1) * within) / (total - float((count**2).sum()) / total)
    if between <= 0:
        return nothing
    reliability = between / (between + within / np.maximum(count, 1)) * seen
    return Trait(known=reliability * (mean - grand) / np.sqrt(between), reliability=reliability)
