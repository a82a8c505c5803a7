"""How the arms of a feedback study look in every chart: policies in colour, references in grey, by shape too."""

from __future__ import annotations

from dataclasses import dataclass

from engine.discovery.study import BubbleStudy
from pages.parts import charts

_DASHES = ("solid", "dash", "dashdot", "longdash", "longdashdot")
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "pentagon", "star")
_REFERENCES = {"random": ("dot", "x"), "oracle": ("dash", "cross"), "none": ("solid", "circle-open")}


@dataclass(frozen=True)
class Look:
    """How one arm is drawn.

    Attributes:
        title: its name in the legend.
        colour: of its line and marks.
        dash: of its line.
        symbol: of its marks.
    """

    title: str
    colour: str
    dash: str
    symbol: str


def looks(study: BubbleStudy) -> tuple[Look, ...]:
    """Return how each arm of ``study`` looks, in its order."""
    found, place = [], 0
    for arm in study.arms:
        if arm.role == "reference":
            dash, symbol = _REFERENCES[arm.name]
            found.append(Look(arm.title, charts.neutral(), dash, symbol))
        else:
            colour = charts.colours()[place % len(charts.colours())]
            found.append(Look(arm.title, colour, _DASHES[place % len(_DASHES)], _SYMBOLS[place % len(_SYMBOLS)]))
            place += 1
    return tuple(found)
