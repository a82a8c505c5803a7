"""Whose list is explained and in what words: a reason, and what it is told from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.deeds import Deeds, did
from engine.preferences import Preferences

_NAMED = 2


@dataclass(frozen=True)
class Reason:
    """Why an item is on a list.

    Attributes:
        sentence: one sentence, true of the model that ranked the item.
        items: codes of the items of the person's history that carry the score, the first two of them named in the
            sentence; without them the score is another one. Empty where the sentence names none.
    """

    sentence: str
    items: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Story:
    """Whose list is explained, in the words of the data it was learned from.

    Attributes:
        preferences: what the model was trained on; where ``folded``, what was used of the person's history.
        items: the items table; ``title`` is used where there is one.
        user: code in ``preferences``.
        deeds: what people did to items.
        folded: whether the model was given the history after training.
    """

    preferences: Preferences
    items: pd.DataFrame
    user: int
    deeds: Deeds = field(default_factory=Deeds)
    folded: bool = False

    @cached_property
    def alone(self) -> Preferences:
        """The user's own pairs, as user 0."""
        return self.preferences.of_users(np.array([self.user]))

    @property
    def history(self) -> NDArray[np.int32]:
        """Item codes of the user's pairs, ascending."""
        return self.alone.item

    @property
    def values(self) -> NDArray[np.float64]:
        """What the user thought of ``history``, same order."""
        return self.alone.value

    @property
    def verb(self) -> str:
        """What people in general do to items here."""
        return self.deeds.verb

    def name(self, item: int) -> str:
        """The item's title, or its id where it has none."""
        if "title" in self.items and isinstance(title := self.items["title"].iloc[item], str) and title:
            return title
        return str(self.items["item_id"].iloc[item])

    def names(self, items: NDArray[np.integer]) -> str:
        """The first two names in a row, and how many more there are."""
        return _joined([self.name(int(item)) for item in items[:_NAMED]], len(items) - _NAMED)

    def did(self, items: NDArray[np.integer]) -> str:
        """What the user did to ``items``, such as "bought Tea and viewed Milk"."""
        verbs = [self.deeds.of(int(item)) for item in items[:_NAMED]]
        names = [self.name(int(item)) for item in items[:_NAMED]]
        if len(set(verbs)) == 1:
            return did(verbs[0], _joined(names, len(items) - _NAMED))
        return _joined([did(verb, name) for verb, name in zip(verbs, names, strict=True)], len(items) - _NAMED)

    def gave(self, items: NDArray[np.integer]) -> str:
        """What the user did to ``items``; where they rated them, "gave 5 to Alien and 2 to Titanic"."""
        verbs = {self.deeds.of(int(item)) for item in items}
        if not self.preferences.explicit or verbs != {"rated"}:
            return self.did(items)
        values = self.values[np.searchsorted(self.history, items)]
        said = [f"{value:g} to {self.name(int(item))}" for item, value in zip(items, values, strict=True)]
        return f"gave {_joined(said[:_NAMED], len(items) - _NAMED)}"

    def did_to(self, items: NDArray[np.integer]) -> str:
        """The verb for what the user did to all of ``items``."""
        verbs = {self.deeds.of(int(item)) for item in items}
        return verbs.pop() if len(verbs) == 1 else Deeds().own

    def stands(self, difference: float) -> str:
        """How an item stands against others, in the words and the unit of the values."""
        way = "higher" if difference > 0 else "lower"
        if not self.preferences.explicit:
            return f"Chosen {'more' if difference > 0 else 'less'} strongly than"
        return "Rated about as high as" if abs(difference) < 0.005 else f"Rated {abs(difference):.2f} {way} than"


def people(n: int) -> str:
    """Return "1 person" or "12 people"."""
    return f"{n:,} {'person' if n == 1 else 'people'}"


def _joined(names: list[str], more: int) -> str:
    return f"{', '.join(names)} and {more:,} more" if more > 0 else " and ".join(names)
