"""RMSE: the root of the mean squared error of predicted ratings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def squared_errors(predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared error of each pair, shape (pairs,); RMSE is the root of their mean over pairs."""
    errors: NDArray[np.float64] = (predicted - actual) ** 2
    return errors
