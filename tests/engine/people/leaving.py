"""A log whose users leave for good, each at a chance of their own."""

import numpy as np

from tests.engine.logs import make_log

USERS = 500
DAYS = 70
PERIOD = 13


def leaving_log():
    """Users who come back at a pace of their own and die at a chance of their own; buys are worth their price."""
    rng = np.random.default_rng(4)
    rate, death = rng.gamma(0.7, 0.15, USERS), rng.beta(1, 150, USERS)
    alive = np.cumsum(rng.uniform(size=(USERS, DAYS)) < death[:, None], axis=1) == 0
    user, day = np.nonzero(alive & (rng.uniform(size=(USERS, DAYS)) < rate[:, None]))
    item = rng.integers(30, size=len(user))
    event = np.where(rng.uniform(size=len(user)) < 0.3, "purchase", "view")
    rows = [(int(u), int(i), d + 0.5, None, e) for u, i, d, e in zip(user, item, day, event, strict=True)]
    kinds = {"category": [f"kind {code % 6}" for code in range(30)], "price": [5.0 + code for code in range(30)]}
    return make_log(rows, n_users=USERS + 1, n_items=30, items=kinds)
