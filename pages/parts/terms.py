"""What an entry of the glossary says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Term:
    """One entry.

    Attributes:
        title: what a page calls it.
        meaning: one sentence for somebody who never met it.
        good: which way is good; ``context`` where that depends on the aim.
        formula: how it is computed, in a line.
    """

    title: str
    meaning: str
    good: Literal["higher", "lower", "context"]
    formula: str

    @property
    def help(self) -> str:
        """The tooltip's text."""
        way = {
            "higher": "Higher is better.",
            "lower": "Lower is better.",
            "context": "Neither way is good in itself.",
        }
        return f"{self.meaning} {way[self.good]}\n\n*{self.formula}*"
