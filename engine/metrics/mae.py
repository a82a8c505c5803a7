"""MAE: the mean absolute error of predicted ratings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def absolute_errors(predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the absolute error of each pair, shape (pairs,); MAE is their mean over pairs."""
    errors: NDArray[np.float64] = np.abs(predicted - actual)
    return errors
