"""Is there a filter bubble, and for whom? Each arm of a study read in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.discovery.bands import band, signed
from engine.discovery.study import Arm, BubbleStudy

Array = NDArray[np.float64]

NOTABLE = 0.05
"""Smallest part of the level a difference must be: a large study finds smaller ones, which nobody would notice."""

Verdict = Literal["bubble", "none", "unknown"]


@dataclass(frozen=True)
class Reading:
    """What a study says of one arm.

    Attributes:
        arm: the arm.
        verdict: ``bubble`` where what users consume is narrower than without a recommender, by a 95% band and
            by at least 5% of the level; ``unknown`` where nobody took two items.
        for_whom: names of the groups it holds for; ``everybody`` where it holds for the users as a whole.
        homogenised: whether similar users' consumption overlaps more than under the oracle, by a 95% band.
        amplified: whether popularity is lifted further for minority-taste than for mainstream-taste users, beyond
            what happens with no recommender, by a 95% band.
        sentence: the plain reading.
    """

    arm: Arm
    verdict: Verdict
    for_whom: tuple[str, ...]
    homogenised: bool
    amplified: bool
    sentence: str


def readings(study: BubbleStudy) -> tuple[Reading, ...]:
    """Return the reading of every arm but the one without a recommender, which the others are held against."""
    return tuple(_reading(study, place) for place, arm in enumerate(study.arms) if arm.name != "none")


def answer(study: BubbleStudy) -> str:
    """Return one sentence over all policies: where there is a bubble, and where there is none."""
    read = [each for each in readings(study) if each.arm.role == "policy"]
    if not read:
        read = [each for each in readings(study) if each.arm.name == "random"]
    around: dict[tuple[str, ...], list[str]] = {}
    for each in read:
        if each.verdict == "bubble":
            whom = ("everybody",) if "everybody" in each.for_whom else each.for_whom
            around.setdefault(whom, []).append(each.arm.title)
    none = [each.arm.title for each in read if each.verdict == "none"]
    parts = [f"{_close(titles)} a filter bubble around {_whom(study, whom)}" for whom, titles in around.items()]
    parts += [f"{_close(none)} {'none' if parts else 'no filter bubble'}"] if none else []
    return "; ".join(parts) + "." if parts else "Nobody consumed two items in a round, so no bubble can be read."


def _close(titles: Sequence[str]) -> str:
    return f"{_listed(titles)} close{'s' if len(titles) == 1 else ''}"


def _reading(study: BubbleStudy, place: int) -> Reading:
    arm = study.arms[place]
    gap = study.by_block("diversity", against="none")
    if not np.isfinite(gap.value[place, -1, 0]):
        sentence = f"{arm.title}: nobody consumed two items, so no bubble can be read."
        return Reading(arm, "unknown", (), homogenised=False, amplified=False, sentence=sentence)
    organic = study.by_block("diversity").value[study.arm("none"), -1]
    narrower = -gap.value[place, -1] / organic
    holds = (gap.high[place, -1] < 0) & (narrower >= NOTABLE)
    for_whom = tuple(group.name for group, there in zip(study.groups, holds, strict=True) if there)
    spared = gap.low[place, -1] > -NOTABLE * organic
    overlap = study.last("similar_overlap", against="oracle")
    alike = bool(overlap.low[place, 0] > 0)
    amplified = _amplified(study, place)
    parts = [
        f"{arm.title}: {_opening(study, arm, for_whom, spared)}",
        _compared(study, place),
        _strongest(study, narrower, for_whom),
        _trend(study, place),
        _alikeness(study, place) if alike else "",
        _popularity(study, place) if amplified else "",
    ]
    verdict: Verdict = "bubble" if for_whom else "none"
    return Reading(arm, verdict, for_whom, alike, amplified, " ".join(part for part in parts if part))


def _opening(study: BubbleStudy, arm: Arm, for_whom: Sequence[str], spared: NDArray[np.bool_]) -> str:
    if arm.name == "oracle":
        return "what users truly want, and no bubble that anybody closes around them."
    if not for_whom:
        return "no filter bubble to speak of."
    but = [group.title for group, free in zip(study.groups, spared, strict=True) if free]
    return f"a filter bubble exists for {_whom(study, for_whom)}{f', though not for {_listed(but)}' if but else ''}."


def _whom(study: BubbleStudy, names: Sequence[str]) -> str:
    """Return whom a bubble holds for: everybody, or the groups alone."""
    title = {group.name: group.title for group in study.groups}
    return title["everybody"] if "everybody" in names else _listed([title[name] for name in names])


def _compared(study: BubbleStudy, place: int) -> str:
    level = study.by_block("diversity").value[:, -1, 0]
    none, random, oracle = (study.arm(name) for name in ("none", "random", "oracle"))
    gap, low, high = study.by_block("diversity", against="none").at(place, -1, 0)
    text = (
        f"What a user consumes in {_rounds(study)} is {_varied(gap, level[none])} with no recommender "
        f"({level[place]:.2f} against {level[none]:.2f}; difference {signed(gap)}, "
        f"95% band {signed(low)} to {signed(high)})"
    )
    if place != random:
        text += f" and {_varied(level[place] - level[random], level[random])} under random ({level[random]:.2f})"
    if place != oracle:
        narrow = study.by_block("diversity", against="oracle").high[place, -1, 0] < 0
        text += f", {'narrower' if narrow else 'no narrower'} than what users truly want (oracle: {level[oracle]:.2f})"
    return text + "."


def _rounds(study: BubbleStudy) -> str:
    first, until = study.blocks[-2] + 1, study.blocks[-1]
    return f"round {until}" if first == until else f"rounds {first} to {until}"


def _varied(gap: float, level: float) -> str:
    by = f"{abs(gap) / level:.0%}"
    return "as varied as" if by == "0%" else f"{by} {'less' if gap < 0 else 'more'} varied than"


def _strongest(study: BubbleStudy, narrower: Array, names: Sequence[str]) -> str:
    """Name the group it is worst for, where that stands out from everybody."""
    held = [place for place, group in enumerate(study.groups) if group.name in names and place > 0]
    if not held:
        return ""
    worst = max(held, key=lambda place: float(narrower[place]))
    if narrower[worst] < narrower[0] + NOTABLE / 2:
        return ""
    return f"It is strongest for {study.groups[worst].title} ({narrower[worst]:.0%} less varied)."


def _trend(study: BubbleStudy, place: int) -> str:
    value, low, high = study.change("diversity", against="none").at(place, 0)
    if not np.isfinite(value):
        return ""
    word = "narrows" if high < 0 else "widens" if low > 0 else "holds"
    return f"Over {study.rules.rounds} rounds it {word} ({signed(value)} beside no recommender)."


def _alikeness(study: BubbleStudy, place: int) -> str:
    overlap = study.last("similar_overlap").value[:, 0]
    return (
        f"Similar users are more alike than their tastes: they share {overlap[place]:.0%} of what they took, "
        f"{overlap[study.arm('oracle')]:.0%} under the oracle."
    )


def _amplified(study: BubbleStudy, place: int) -> bool:
    """Whether popularity is lifted further for minority-taste users, beyond what happens with no recommender."""
    minority, mainstream = study.group("minority"), study.group("mainstream")
    lift = study.ending("popularity_lift")
    further = lift[..., minority] - lift[..., mainstream]
    return bool(band(further - further[:, [study.arm("none")]]).low[place] > 0)


def _popularity(study: BubbleStudy, place: int) -> str:
    lift = study.last("popularity_lift").value[place]
    minority, mainstream = lift[study.group("minority")], lift[study.group("mainstream")]
    return (
        f"What is shown is {_against(minority)} popular than minority-taste users' own history, "
        f"{_against(mainstream)} for mainstream-taste users."
    )


def _against(lift: float) -> str:
    return f"{abs(lift):.0%} {'more' if lift >= 0 else 'less'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
