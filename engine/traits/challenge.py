"""Whether an item's difficulty suits a user's skill: neither too easy nor too hard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.traits.difficulty import user_experience

Array = NDArray[np.float64]

#: Best difficulty above one's skill, in standard deviations of difficulty. Assumed: slightly above what one can
#: do, the zone of proximal development (Vygotsky 1978) and flow (Csikszentmihalyi 1990).
STRETCH = 0.25

#: Share of the variance of skill that the number of items somebody has had explains. Assumed.
PRACTISED = 0.5


def expected_skill(items: NDArray[np.integer], population: NDArray[np.integer]) -> Array:
    """Return the skill to be expected of who has had so many ``items``, in standard deviations of skill.

    Args:
        items: how many items each has had, any shape.
        population: how many the users of the log have had.
    """
    return np.asarray(np.sqrt(PRACTISED) * user_experience(items, population))


def challenge(difficulty: Array, skill: Array, doubt: float | Array = 0.0) -> Array:
    """Return how well a difficulty suits a skill: 1 where it is ``STRETCH`` above, falling to 0 both ways.

    A Gaussian of width 1, the inverted U of interest over complexity (Berlyne 1970). Shapes broadcast.

    Args:
        difficulty: in standard deviations; where it is not known, its expected value.
        skill: alike.
        doubt: variance of the difference between the two beyond what is given; what suits is then an expectation.
    """
    gap = difficulty - skill - STRETCH
    return np.asarray(np.exp(-(gap**2) / (2 * (1 + doubt))) / np.sqrt(1 + doubt))
