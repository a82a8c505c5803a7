"""Content for a skill level: what is too easy bores, what is too hard is given up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.traits import challenge, expected_skill, item_difficulty
from engine.traits.challenge import PRACTISED
from engine.uses.by_key import ByKey
from engine.uses.use import Use
from engine.world import State, World

Array = NDArray[np.float64]
Codes = NDArray[np.integer]

#: What an item of the right difficulty gains over one that is far off, in standard deviations of utility. Assumed:
#: about as much as the whole of taste, from what is disliked to what is liked.
STRENGTH = 2.0

_SAMPLE = 200_000  # pairs the mean gain is measured on


@dataclass(frozen=True, eq=False)
class Lessons:
    """The scene of learning: items are more or less difficult, units more or less skilled, and practice adds skill.

    Attributes:
        difficulty: of each item, in standard deviations, shape (items,).
        gift: the part of a unit's skill that its practice does not tell, (units,) by key.
        practised: items each user of the log has had, shape (users,).
        usual: mean gain over units and items, taken off so that the world as a whole appeals as before.
    """

    difficulty: Array
    gift: ByKey
    practised: NDArray[np.int64]
    usual: float = 0.0

    def skill(self, state: State, units: Codes) -> Array:
        """Return the skill of ``units`` now, in standard deviations; it grows with what they have had, shape (n,)."""
        n_items = state.world.n_items
        begin, end = (np.searchsorted(state.seen_pairs, (units.astype(np.int64) + more) * n_items) for more in (0, 1))
        return expected_skill(end - begin, self.practised) + self.gift.at(state.world, units)

    def utility(self, state: State, units: Codes, items: Codes) -> Array:
        """Return what each item gains by its difficulty, in standard deviations of utility, shape (n, k)."""
        suits = challenge(self.difficulty[items], self.skill(state, units)[:, None])
        return STRENGTH * suits - self.usual


def lacks_times(dataset: Dataset) -> str | None:
    """Return what a skill level lacks where events have no time."""
    if not dataset.interactions["time"].isna().any():
        return None
    return (
        f"{dataset.name} has events without a time; difficulty is learned from how late items come in people's "
        "histories. Map a time column on the Data page."
    )


def with_lessons(world: World, dataset: Dataset, rng: np.random.Generator) -> World:
    """Return the world in which items have a difficulty and units a skill.

    Difficulty is one plausible reading of the log (``engine.traits.item_difficulty``): as far as the log tells it,
    and drawn beyond that. Skill is expected to follow the number of items a unit has had, and drawn beyond that.
    """
    told = item_difficulty(dataset.preferences)
    practised = world.history.user_items
    scene = Lessons(
        difficulty=told.drawn(rng.standard_normal(dataset.n_items)),
        gift=ByKey.of(world, np.sqrt(1 - PRACTISED) * rng.standard_normal(world.n_units)),
        practised=practised,
    )
    units, items = rng.integers(0, world.n_units, _SAMPLE), rng.integers(0, world.n_items, _SAMPLE)
    skill = expected_skill(practised[units], practised) + scene.gift.at(world, units)
    usual = STRENGTH * float(challenge(scene.difficulty[items], skill).mean())
    share = float(told.reliability.mean())
    note = (
        f"How late items come in people's histories tells {share:.0%} of how their difficulty differs; the rest is "
        "drawn, so treatments know it only that far."
    )
    return replace(world, scene=replace(scene, usual=usual), notes=(*world.notes, note))


SKILL = Use(
    name="skill",
    title="Skill level",
    question="Do people finish more when content suits what they can do?",
    explanation=(
        "Items have a difficulty, learned from the log: what comes late in people's histories is difficult. Simulated "
        "users have a skill, which grows with everything they take.",
        "What is too easy or too hard appeals less; best is slightly above one's skill. Both variants recommend by the "
        "same model, and the treatment puts what suits each user's level first.",
        "A purchase stands for something finished. Assumed: that the level matters as much as taste does, from what "
        "is disliked to what is liked, and that practice explains half of how skills differ.",
    ),
    source=(
        "Expertise from the order of histories (McAuley & Leskovec 2013, “From amateurs to connoisseurs”); best "
        "slightly above one's skill (Vygotsky 1978); learning by practice (Newell & Rosenbloom 1981)."
    ),
    control="ease",
    treatments=("ease+level:0.5",),
    primary="purchases_per_user",
    lacks=lacks_times,
    prepare=with_lessons,
)
