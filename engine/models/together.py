"""Together: what people chose close in time to what the user had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from scipy import sparse

from engine.models.linear import LinearModel
from engine.models.params import Value
from engine.models.sequence import in_order
from engine.preferences import Preferences


class Together(LinearModel):
    """Item neighbours by how close in order the same people chose both.

    Two items ``d`` steps apart in a user's order count ``exp(-d / reach)`` for each other, up to ``window``
    steps, whichever came first; the sum over users is divided by the root of both items' numbers of users, as
    the cosine is (Deshpande & Karypis 2004, ACM TOIS 22(1), section 4; the decay by distance is that of
    Garg et al. 2019, "Sequence and time aware neighborhood", SIGIR, eq. 4, counted in steps).
    """

    def __init__(self, params: Mapping[str, Value], _seed: int = 0) -> None:
        self.weighted = False
        self.window: Any = params["window"]
        self.reach: Any = params["reach"]

    def fit(self, train: Preferences) -> Self:
        """Add up who stands near whom.

        Raises:
            ModelError: where there is nothing to learn from, or the log has no times.
        """
        self._learn_from(train)
        user, item = in_order(train)
        place = np.searchsorted(self.codes, item)
        near = sparse.csr_array((len(self.codes), len(self.codes)))
        for step in range(1, self.window + 1):
            same = user[step:] == user[:-step]
            amount = np.full(int(same.sum()), np.exp(-step / self.reach))
            near = near + sparse.csr_array((amount, (place[:-step][same], place[step:][same])), shape=near.shape)
        scale = sparse.diags_array(1 / np.sqrt(train.item_users[self.codes]))
        self.weights = sparse.csr_array(scale @ (near + near.T) @ scale)
        return self
