"""Known answers of the statistics, each with its source. Copied from the published examples they name."""

from __future__ import annotations

import numpy as np

from experiments.moments import Moments, from_sums

TWO_PROPORTIONS = from_sums([10_000, 10_000], [[1000], [1100]], [[[1000]], [[1100]]], quantities=["converted"])

#: Student's sleep data: extra hours of sleep under two drugs.
SLEEP_CONTROL = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
SLEEP_TREATMENT = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]

#: The inputs of GrowthBook's own statistics tests.
GROWTHBOOK_MEAN = from_sums([3407, 3461], [[1396.87], [2422.7]], [[[52377.9767]], [[134698.29]]], quantities=["value"])


def growthbook_ratio() -> Moments:
    """Return the ratio example of GrowthBook's own statistics tests."""
    control = [[2715.484666118136, 3602.146836776702], [3602.146836776702, 4939.424001640236]]
    treatment = [[2994.897482705013, 3918.1561431600717], [3918.1561431600717, 5291.36604146392]]
    return from_sums(
        [100, 100],
        [[485.112236689623, 679.9093275844917], [514.7757826608777, 705.4090874383759]],
        [control, treatment],
        quantities=["above", "below"],
    )


def cuped_example() -> tuple[np.ndarray, np.ndarray]:
    """Return values (units, [y, x]) and variant codes of the CUPED example: 200 units in each arm."""
    i = np.arange(1, 201)
    x_control, x_treatment = ((37 * i) % 101) / 10, ((53 * i) % 97) / 10
    y_control = 2 + 0.8 * x_control + (((29 * i) % 17) - 8) / 8
    y_treatment = 2.3 + 0.8 * x_treatment + (((31 * i) % 19) - 9) / 9
    y, x = np.concatenate([y_control, y_treatment]), np.concatenate([x_control, x_treatment])
    return np.stack([y, x], axis=1), np.repeat([0, 1], 200)
