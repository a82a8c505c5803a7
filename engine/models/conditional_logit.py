"""The conditional logit: how much each property of an item counts when people choose among many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize


def learn_choice(
    columns: NDArray[np.float64], wanted: NDArray[np.bool_], user: NDArray[np.integer], penalty: float
) -> NDArray[np.float64]:
    """Return the weights under which what users wanted stands out most from what they could have had.

    Each choice is a draw from ``softmax(columns @ weights)`` over the user's candidates (McFadden 1974,
    "Conditional logit analysis of qualitative choice behavior", eq. 18; the same loss as ListNet's, Cao et al.
    2007, ICML, section 4.2). A user's log-likelihood is divided by the root of their number of choices, so that
    neither a long history nor a single choice decides. The loss is convex, so nothing depends on a start.

    Args:
        columns: what is known of each candidate, one row each, shape (candidates, columns).
        wanted: whether the user wanted it, shape (candidates,).
        user: whose candidate it is, ascending, shape (candidates,).
        penalty: times the squared length of the weights, beside the sum of the users' losses: the fewer users, the
            more it holds back.

    Returns:
        Shape (columns,); zeros where nobody wanted any candidate.
    """
    _, place, counts = np.unique(user, return_inverse=True, return_counts=True)
    n_wanted = np.bincount(place, weights=wanted)
    useful = n_wanted[place] > 0
    if not useful.any():
        return np.zeros(columns.shape[1])
    columns, wanted, counts, n_wanted = columns[useful], wanted[useful], counts[n_wanted > 0], n_wanted[n_wanted > 0]
    starts = np.cumsum(counts) - counts
    share = 1 / np.sqrt(n_wanted) / len(counts)
    held_back = penalty / len(counts)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = columns @ weights
        score -= np.repeat(np.maximum.reduceat(score, starts), counts)
        total = np.add.reduceat(np.exp(score), starts)
        likelihood = np.add.reduceat(np.where(wanted, score, 0.0), starts) - n_wanted * np.log(total)
        expected = np.exp(score) * np.repeat(share * n_wanted / total, counts)
        slope = columns.T @ (expected - np.where(wanted, np.repeat(share, counts), 0.0))
        return float(held_back * weights @ weights - share @ likelihood), slope + 2 * held_back * weights

    found = minimize(loss, np.zeros(columns.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    weights: NDArray[np.float64] = found.x
    return weights
