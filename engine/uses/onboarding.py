"""Onboarding: people of whom nothing is known yet, and whether asking them first is worth their time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.dataset import Dataset
from engine.uses.use import Use
from engine.world import World


def with_newcomers(world: World, dataset: Dataset, rng: np.random.Generator) -> World:  # noqa: ARG001 - nothing drawn
    """Return the world in which every unit is new: it has the taste of a user of the log, and no history.

    What the users of the log did is there for policies to learn from, as what others did before.
    """
    nothing = world.history.take(np.zeros(0, dtype=np.int64))
    note = (
        "All simulated users are new: each has the taste and activity of a user of the log, under whose segment it "
        "is counted, and no history that a policy could read."
    )
    return replace(world, history=nothing, elsewhere=world.history, notes=(*world.notes, note))


ONBOARDING = Use(
    name="onboarding",
    title="Onboarding",
    question="Should we ask new users what they like before we recommend anything?",
    explanation=(
        "Every simulated user is new: nothing is known of them, while the models have learned from the users of the "
        "log. The control shows what is popular; one treatment learns from their clicks, with every retraining.",
        "The other asks first: users pick three favourites from a diverse list, by their own taste with noise, and "
        "what they see is like them from then on. Each question loses one in twenty of those asked, who see "
        "nothing in that session.",
        "A user is activated by a first click. Assumed: how many leave over being asked, and that answers tell half of "
        "what people like.",
    ),
    source=(
        "Choosing questions by popularity and diversity: Rashid et al. 2002, “Getting to know you”; noise of answers "
        "after Amatriain, Pujol & Oliver 2009."
    ),
    control="popularity",
    treatments=("ease", "ease+ask:3"),
    primary="activation",
    prepare=with_newcomers,
)
