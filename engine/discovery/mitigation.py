"""What a remedy costs: uplift against diversity, for re-ranking, exploration and caps in one study."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.discovery.bands import Band, band, signed
from engine.discovery.study import Arm, BubbleStudy
from engine.errors import ExperimentError
from engine.evaluation.accumulate import number
from engine.metrics.intervals import Estimate

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Trade:
    """What one arm gains and loses beside the reference arm, for the users as a whole or a group of them.

    Attributes:
        arm: the arm.
        welfare: mean true utility of what is consumed over all rounds, less the reference's, in sd.
        clicks: clicks a session over all rounds, relative to the reference's (0.05 is 5% more).
        diversity: spread within a user in the last block of rounds, less the reference's.
        popularity_lift: in the last block of rounds, less the reference's.
        on_frontier: whether no other policy has both more welfare and more diversity.
    """

    arm: Arm
    welfare: Estimate
    clicks: Estimate
    diversity: Estimate
    popularity_lift: Estimate
    on_frontier: bool


@dataclass(frozen=True)
class Mitigation:
    """A study read as uplift against diversity.

    Attributes:
        reference: the arm every other is held against.
        group: name of the users it is about.
        trades: one for each arm of the study, in its order; the reference's own are 0.
        sentences: each policy's trade in plain words, beside the policy whose stages it adds to where that is in
            the study, otherwise beside the reference.
    """

    reference: Arm
    group: str
    trades: tuple[Trade, ...]
    sentences: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """Return one row an arm, with value, low and high of each trade."""
        rows = []
        for trade in self.trades:
            row: dict[str, Any] = {"arm": trade.arm.name, "on_frontier": trade.on_frontier}
            for name in _TRADED:
                one: Estimate = getattr(trade, name)
                row |= {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
            rows.append(row)
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        return asdict(self)


_TRADED = ("welfare", "clicks", "diversity", "popularity_lift")


def mitigation(study: BubbleStudy, *, reference: str | None = None, group: str = "everybody") -> Mitigation:
    """Return what each arm of ``study`` trades beside ``reference``, paired over the seeds.

    Args:
        study: with at least one policy.
        reference: name of an arm; the first policy without stages, or the first arm, when None.
        group: name of a group.

    Raises:
        ExperimentError: where there is no such arm or group.
    """
    at = study.arm(_plain(study) if reference is None else reference)
    who = study.group(group)
    besides = {at: _trades(study, at, who)}
    sentences = []
    for place, arm in enumerate(study.arms):
        base = base_of(study, place)
        base = at if base is None else base
        if arm.role == "policy" and place != base:
            if base not in besides:
                besides[base] = _trades(study, base, who)
            same = bool((study.rounds[:, place] == study.rounds[:, base])[np.isfinite(study.rounds[:, base])].all())
            sentences.append(_sentence(besides[base][place], study.arms[base], same=same))
    return Mitigation(study.arms[at], group, besides[at], tuple(sentences))


def base_of(study: BubbleStudy, place: int) -> int | None:
    """Return the arm that an arm adds its last stages to, the one with the most in common; None for none."""
    name = study.arms[place].name
    found = [other for other, arm in enumerate(study.arms) if name.startswith(f"{arm.name}+")]
    return max(found, key=lambda other: len(study.arms[other].name), default=None)


def _trades(study: BubbleStudy, at: int, who: int) -> tuple[Trade, ...]:
    """Return what each arm trades beside the arm ``at``, for the group ``who``."""
    welfare, clicks = (study.total(name)[..., who] for name in ("welfare", "clicks"))
    spread = study.blocked[:, :, -1, who, 0]
    lift = study.ending("popularity_lift")[..., who]
    found = {
        "welfare": band(welfare - welfare[:, [at]]),
        "clicks": band(clicks / clicks[:, [at]] - 1),
        "diversity": band(spread - spread[:, [at]]),
        "popularity_lift": band(lift - lift[:, [at]]),
    }
    best = _frontier(study, found["welfare"].value, found["diversity"].value)
    return tuple(
        Trade(arm, **{name: _estimate(each, place) for name, each in found.items()}, on_frontier=bool(best[place]))
        for place, arm in enumerate(study.arms)
    )


def _plain(study: BubbleStudy) -> str:
    """Return the first policy that the name of another begins with, else the first arm."""
    names = [arm.name for arm in study.arms if arm.role == "policy"]
    if not names:
        raise ExperimentError("The study holds references alone. Study a policy, such as svd, and a remedy for it.")
    followed = [name for name in names if any(other.startswith(f"{name}+") for other in names)]
    return (followed or names)[0]


def _frontier(study: BubbleStudy, welfare: Array, diversity: Array) -> NDArray[np.bool_]:
    """Return which policies no other beats on both; references are no choice anybody has."""
    choice = np.array([arm.role == "policy" for arm in study.arms])
    beaten = (
        (welfare[None] >= welfare[:, None])
        & (diversity[None] >= diversity[:, None])
        & ((welfare[None] > welfare[:, None]) | (diversity[None] > diversity[:, None]))
        & choice[None]
    )
    return np.asarray(choice & ~beaten.any(axis=1))


def _estimate(found: Band, place: int) -> Estimate:
    value, low, high = found.at(place)
    return Estimate(number(value), number(low), number(high))


def _sentence(trade: Trade, reference: Arm, *, same: bool) -> str:
    if same:
        return f"{trade.arm.title} beside {reference.title}: exactly the same. What it adds never came to bear."
    if trade.diversity.value is None or trade.welfare.value is None:
        return f"{trade.arm.title}: too little was consumed to tell what it trades."
    return (
        f"{trade.arm.title} beside {reference.title}: {_way(trade.diversity, 'variety', '.3f')} for "
        f"{_way(trade.welfare, 'welfare', '.2f', ' sd')} and {_way(trade.clicks, 'clicks', '.1%')}."
    )


def _way(one: Estimate, what: str, digits: str, unit: str = "") -> str:
    """Return ``more variety (+0.12, +0.10 to +0.14)``; who cannot tell the sign says so."""
    if one.value is None or one.low is None or one.high is None:
        return f"{what} that cannot be told"
    less = "fewer" if what == "clicks" else "less"
    word = "more" if one.low > 0 else less if one.high < 0 else "no clear change of"
    value, low, high = (signed(each, digits) for each in (one.value, one.low, one.high))
    return f"{word} {what} ({value}{unit}, {low} to {high})"
