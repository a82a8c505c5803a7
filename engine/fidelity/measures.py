"""What is compared between simulated and held-out weeks, and the words for each difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.categories import Categories
from engine.fidelity import distances as by
from engine.fidelity import samples
from engine.fidelity.record import Measure
from engine.world.sessions import Lived

Array = NDArray[np.float64]
T = TypeVar("T")

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOP = 0.1  # of the items
_NOTABLE = 0.05  # relative difference of two values from which their order is worth saying
_SHOWN = 12  # categories


@dataclass(frozen=True)
class Catalogue:
    """What the measures need of the items.

    Attributes:
        n_items: number of items.
        directions: unit item vectors, shape (items, rank).
        categories: the items' categories, or None where they have none.
    """

    n_items: int
    directions: Array
    categories: Categories | None


@dataclass(frozen=True)
class Weeks:
    """The three spells that are compared, of equal length.

    Attributes:
        simulated: the held-out weeks as the world lived them.
        held_out: the log's last weeks.
        earlier: the log's weeks before them; None where there were too few.
        first_weekday: weekday of the first day of each, 0 = Monday.
    """

    simulated: Lived
    held_out: Lived
    earlier: Lived | None
    first_weekday: int

    def of(self, found: Callable[[Lived], T]) -> tuple[T, T, T | None]:
        """Return what ``found`` gives for each spell."""
        return found(self.simulated), found(self.held_out), None if self.earlier is None else found(self.earlier)


@dataclass(frozen=True)
class _Words:
    """How a measure is named and its differences told.

    Attributes:
        name: for code.
        title: for people.
        unit: of the values.
        more: said where the simulated value is higher; the values follow.
        less: said where it is lower.
        apart: said where the values are alike, but what lies behind them is not.
        percent: whether values are shares.
    """

    name: str
    title: str
    unit: str
    more: str
    less: str
    apart: str
    percent: bool = False


def measures(weeks: Weeks, catalogue: Catalogue) -> tuple[Measure, ...]:
    """Return every measure that can be taken of ``weeks``."""
    found = [
        _active_users(weeks),
        _sampled(
            weeks.of(samples.choices_a_user), np.mean, (1, 2, 4, 8, 16, 32, 64, 128),
            _Words("user_activity", "Activity of users", "choices per active user",
                   "Simulated users choose more than real ones", "Simulated users choose less than real ones",
                   "How much they choose differs from user to user in another way than in the log"),
        ),
        _item_popularity(weeks, catalogue.n_items),
        _category_mix(weeks, catalogue),
        _repeat_rate(weeks),
        _sampled(
            weeks.of(samples.gaps_in_days), np.median, (0.04, 0.5, 1.5, 3.5, 7.5, 14.5),
            _Words("inter_session_time", "Time between sessions", "days, median",
                   "Simulated users come back later than real ones", "Simulated users come back sooner than real ones",
                   "Simulated users come back at another rhythm than real ones"),
        ),
        _sampled(
            weeks.of(samples.session_lengths), np.mean, (1, 2, 4, 8, 16, 32, 64, 128),
            _Words("session_length", "Length of sessions", "choices per session",
                   "Simulated sessions are longer than real ones", "Simulated sessions are shorter than real ones",
                   "Lengths of sessions vary in another way than in the log"),
        ),
        _sampled(
            weeks.of(lambda lived: samples.diversities(lived, catalogue.directions)), np.mean,
            (0.2, 0.4, 0.6, 0.8, 0.9, 1.0),
            _Words("diversity", "Diversity of what a user consumes", "apart (0: all alike, 1: unrelated)",
                   "Simulated users consume more varied items than real ones",
                   "Simulated users consume less varied items than real ones",
                   "How varied their items are differs from user to user in another way than in the log"),
        ),
        _weekly_rhythm(weeks),
    ]  # fmt: skip
    return tuple(each for each in found if each is not None and each.verdict != "not measured")


def _sampled(
    found: tuple[Array, Array, Array | None], value: Callable[[Array], float], edges: Sequence[float], words: _Words
) -> Measure | None:
    """Compare samples of one number by the gap between their distributions.

    Args:
        found: the three samples.
        value: the number a sample is told by.
        edges: upper ends of the classes it is shown in but the last.
        words: for people.
    """
    simulated, held_out, earlier = found
    if not len(simulated) or not len(held_out):
        return None
    if earlier is not None and not len(earlier):
        earlier = None
    return _measure(
        words,
        tuple(None if each is None else float(value(each)) for each in (simulated, held_out, earlier)),
        by.kolmogorov(simulated, held_out),
        None if earlier is None else by.kolmogorov(earlier, held_out),
        (by.KOLMOGOROV, by.KOLMOGOROV_SOURCE, 0.05),
        _class_names(edges),
        tuple(None if each is None else _classes(each, edges) for each in (simulated, held_out, earlier)),
    )


def _active_users(weeks: Weeks) -> Measure | None:
    simulated, held_out, earlier = weeks.of(lambda lived: float(len(np.unique(lived.user))))
    if not simulated or not held_out:
        return None
    words = _Words(
        "active_users", "Users who come", "users with a choice",
        "More simulated users come than real ones", "Fewer simulated users come than real ones", "",
    )  # fmt: skip
    return _measure(
        words,
        (simulated, held_out, earlier),
        abs(np.log(simulated / held_out)),
        abs(np.log(earlier / held_out)) if earlier else None,
        (by.RATIO, by.PLAIN_SOURCE, 0.1),
    )


def _item_popularity(weeks: Weeks, n_items: int) -> Measure | None:
    counts = weeks.of(lambda lived: samples.item_counts(lived, n_items))
    top = max(1, round(_TOP * n_items))
    words = _Words(
        "item_popularity", "Popularity of items", f"of choices go to the {top:,} most chosen items",
        "Simulated choices crowd on fewer items than real ones",
        "Simulated choices spread over more items than real ones",
        "Simulated users make other items popular than real ones", percent=True,
    )  # fmt: skip
    return _shares(counts, words, lambda each: float(np.sort(each)[-top:].sum() / max(each.sum(), 1)), (), 0.05)


def _category_mix(weeks: Weeks, catalogue: Catalogue) -> Measure | None:
    if catalogue.categories is None:
        return None
    shares = catalogue.categories.shares
    counts = weeks.of(lambda lived: np.asarray(samples.item_counts(lived, catalogue.n_items) @ shares))
    largest = int(counts[1].argmax())
    name = catalogue.categories.names[largest]
    words = _Words(
        "category_mix", "Mix of categories", f"of choices are in {name}",
        f"Simulated users take more of {name} than real ones", f"Simulated users take less of {name} than real ones",
        "Simulated users mix categories in another way than real ones", percent=True,
    )  # fmt: skip
    shown = np.argsort(-counts[1], kind="stable")[:_SHOWN]
    return _shares(
        counts, words, lambda each: float(each[largest] / max(each.sum(), 1e-12)),
        tuple(catalogue.categories.names), 0.05, shown,
    )  # fmt: skip


def _weekly_rhythm(weeks: Weeks) -> Measure | None:
    counts = weeks.of(lambda lived: samples.weekday_counts(lived, weeks.first_weekday))
    words = _Words(
        "weekly_rhythm", "Rhythm of the week", "of sessions begin at a weekend",
        "More simulated sessions than real ones begin at a weekend",
        "Fewer simulated sessions than real ones begin at a weekend",
        "Simulated sessions fall on other weekdays than real ones", percent=True,
    )  # fmt: skip
    return _shares(counts, words, lambda each: float(each[5:].sum() / max(each.sum(), 1)), _DAYS, 0.05)


def _repeat_rate(weeks: Weeks) -> Measure | None:
    if not len(weeks.simulated) or not len(weeks.held_out):
        return None
    found = weeks.of(lambda lived: float(lived.repeat.mean()) if len(lived) else float("nan"))
    words = _Words(
        "repeat_rate", "Going back to known items", "of choices were had before",
        "Simulated users go back to known items more than real ones",
        "Simulated users go back to known items less than real ones", "", percent=True,
    )  # fmt: skip
    simulated, held_out, earlier = found
    return _measure(
        words,
        found,
        abs(simulated - held_out),
        None if earlier is None else abs(earlier - held_out),
        (by.DIFFERENCE, by.PLAIN_SOURCE, 0.02),
    )


def _shares(
    counts: tuple[Array, Array, Array | None],
    words: _Words,
    value: Callable[[Array], float],
    parts: tuple[str, ...],
    tolerance: float,
    shown: NDArray[np.integer] | None = None,
) -> Measure | None:
    """Compare counts a class by the share that would have to move."""
    simulated, held_out, earlier = counts
    if not simulated.sum() or not held_out.sum():
        return None
    if earlier is not None and not earlier.sum():
        earlier = None
    at = np.arange(len(parts)) if shown is None else shown
    each = (simulated, held_out, earlier)
    return _measure(
        words,
        tuple(None if one is None else value(one) for one in each),
        by.variation(simulated, held_out),
        None if earlier is None else by.variation(earlier, held_out),
        (by.VARIATION, by.VARIATION_SOURCE, tolerance),
        tuple(parts[place] for place in at),
        tuple(None if one is None else tuple((one / one.sum())[at].tolist()) for one in each),
    )


def _measure(
    words: _Words,
    values: tuple[float | None, ...],
    distance: float,
    of_earlier: float | None,
    measured: tuple[str, str, float],
    parts: tuple[str, ...] = (),
    shares: tuple[tuple[float, ...] | None, ...] = (None, None, None),
) -> Measure:
    """Put a measure together; ``measured`` is the distance's name, its source and the tolerance."""
    simulated, held_out, earlier = values
    assert simulated is not None  # noqa: S101 - only the earlier weeks may lack
    assert held_out is not None  # noqa: S101
    name, source, tolerance = measured
    found = by.verdict(distance, of_earlier, tolerance)
    told = f"{_told(simulated, words)} against {_told(held_out, words)} {words.unit}"
    higher = simulated > held_out
    near = abs(simulated - held_out) <= _NOTABLE * abs(held_out)
    apart = words.apart if near and words.apart else words.more if higher else words.less
    return Measure(
        name=words.name,
        title=words.title,
        unit=words.unit,
        simulated=simulated,
        held_out=held_out,
        earlier=earlier,
        distance=float(distance),
        distance_of_earlier=None if of_earlier is None else float(of_earlier),
        distance_name=name,
        source=source,
        verdict=found,
        sentence=f"{words.title}: fits, {told}." if found == "fits" else f"{apart}: {told}.",
        parts=parts,
        simulated_parts=shares[0] or (),
        held_out_parts=shares[1] or (),
        earlier_parts=shares[2] or (),
    )


def _told(value: float, words: _Words) -> str:
    return f"{value:.1%}" if words.percent else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _classes(values: Array, edges: Sequence[float]) -> tuple[float, ...]:
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    return tuple((counts / counts.sum()).tolist())


def _class_names(edges: Sequence[float]) -> tuple[str, ...]:
    first = f"up to {edges[0]:g}"
    return (
        first,
        *(f"{low:g} to {high:g}" for low, high in pairwise(edges)),
        f"over {edges[-1]:g}",
    )
