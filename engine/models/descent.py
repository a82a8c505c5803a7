"""A user's own factors, the items' being fixed: what training would make of somebody who came after it."""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.compiled import compiled
from engine.models.threads import share_rows
from engine.preferences import Preferences

_ROWS_A_THREAD = 64


def descended(
    new: Preferences,
    errors: NDArray[np.float64],
    factors: NDArray[np.float64],
    *,
    rates: tuple[float, float],
    penalties: tuple[float, float],
    epochs: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return users' biases, shape (users,), and factors, shape (users, factors), by stochastic gradient descent.

    The steps of Koren, Bell & Volinsky 2009 (Computer 42(8), eq. 5) for the user's side alone, in the order of the
    pairs, from zero, which is the mean of the random start.

    Args:
        new: the users' pairs.
        errors: each value less what is known without the user, shape (pairs,).
        factors: of the items, shape (items, factors).
        rates: learning rates of bias and factors.
        penalties: regularisation of bias and factors.
        epochs: passes over the pairs.
    """
    bias, found = np.zeros(new.n_users), np.zeros((new.n_users, factors.shape[1]))
    indptr = np.concatenate([[0], np.cumsum(new.user_items)])

    def fill(start: int, end: int) -> None:
        _descend(start, end, indptr, new.item, errors, factors, *rates, *penalties, epochs, bias, found)

    share_rows(new.n_users, fill, fewest=_ROWS_A_THREAD)
    return bias, found


def multiplied(
    new: Preferences,
    known: NDArray[np.float64],
    factors: NDArray[np.float64],
    *,
    penalty: float,
    epochs: int,
    start: float,
) -> NDArray[np.float64]:
    """Return users' non-negative factors by multiplicative updates, shape (users, factors).

    Luo et al. 2014, IEEE Transactions on Industrial Informatics 10(2), eq. 9, for the user's side alone.

    Args:
        new: the users' pairs.
        known: what a prediction has without factors, shape (pairs,).
        factors: of the items, shape (items, factors).
        penalty: regularisation.
        epochs: how many updates.
        start: every factor before the first.
    """
    found = np.full((new.n_users, factors.shape[1]), start)
    wanted = new.matrix @ factors
    held = penalty * new.user_items[:, None]
    for _ in range(epochs):
        estimate = known + np.einsum("pf,pf->p", found[new.user], factors[new.item])
        told = (
            sparse.csr_array((estimate, new.item, new.matrix.indptr), shape=new.matrix.shape) @ factors + held * found
        )
        found *= np.divide(wanted, told, out=np.zeros_like(found), where=told > 0)
    return found


@compiled
def _descend(start, end, indptr, items, errors, factors, rate, rates, penalty, penalties, epochs, bias, found):
    """Fill ``bias[start:end]`` and ``found[start:end]``; the first rate and penalty are of the bias."""
    for user in range(start, end):
        own = found[user]
        for _ in range(epochs):
            for p in range(indptr[user], indptr[user + 1]):
                item = factors[items[p]]
                error = errors[p] - bias[user]
                for f in range(len(own)):
                    error -= own[f] * item[f]
                bias[user] += rate * (error - penalty * bias[user])
                for f in range(len(own)):
                    own[f] += rates * (error * item[f] - penalties * own[f])
