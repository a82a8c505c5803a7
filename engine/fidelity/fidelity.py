"""Fitting a world to a log's first weeks, living through the last ones, and comparing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.categories import categories_of
from engine.dataset import Dataset
from engine.fidelity.likelihood import likelihood
from engine.fidelity.measures import Catalogue, Weeks, measures
from engine.fidelity.record import Fidelity, Likelihood, Measure, Verdict
from engine.preferences import Preferences
from engine.world import World, WorldParameters, fit_world
from engine.world.life import live
from engine.world.pairs import contains, pairs_of
from engine.world.population import (
    Population,
    Presence,
    Visits,
    fit_population,
    newcomers,
    next_rates,
    session_lengths_of,
    visits_of,
)
from engine.world.sessions import Lived, lived_of, within
from engine.world.taste import draw_tastes, latent

Report = Callable[[str, int | None, int | None], None]

_WEEK = 7
_SHARE = 0.2  # of the log's weeks are held out
_MOST_WEEKS = 4
_MOST_USERS = 4000
_DRAWS = 8  # of the tastes


@dataclass(frozen=True)
class _Spell:
    """Which days are held out: ``cut`` to ``cut + days - 1``, counted from the log's first day."""

    first_day: pd.Timestamp
    cut: int
    days: int


def fidelity(
    dataset: Dataset,
    *,
    seed: int = 0,
    users: int | None = None,
    params: WorldParameters | None = None,
    report: Report | None = None,
) -> Fidelity:
    """Compare weeks of a log with the same weeks as a world lives them that was fitted to all before.

    The last fifth of the log's weeks is held out, one to four of them.

    Args:
        dataset: the log.
        seed: of the fit and the simulated weeks.
        users: users compared, drawn from the Dataset's; at most 4,000 when None.
        params: settings of the world; the defaults when None.
        report: told of each stage.

    Returns:
        The comparison. Where nothing can be held out its verdict is ``not measured`` and its sentence says why.

    Raises:
        DataError: where the weeks before are too few to fit a world to.
    """
    tell = report or (lambda _stage, _done, _total: None)
    params = params or WorldParameters()
    if not dataset.has_time:
        return _unmeasured(dataset, seed, "the log has no times, so no weeks can be held out")
    tell("Holding out the last weeks", None, None)
    whole = lived_of(dataset, params.session_gap_minutes)
    if whole.days < 2 * _WEEK:
        return _unmeasured(dataset, seed, f"the log spans {whole.days} days; holding weeks out takes at least 14")
    rng = np.random.default_rng(seed)
    chosen = _chosen(dataset.n_users, _MOST_USERS if users is None else users, rng)
    spell = _spell(whole)
    kept = _of_users(whole, chosen)
    before, held_out = within(kept, 0, spell.cut), within(kept, spell.cut, whole.days)
    if not len(before) or not len(held_out):
        return _unmeasured(dataset, seed, "one of the two parts of the log holds no choice")
    earlier = within(kept, spell.cut - spell.days, spell.cut) if spell.cut >= 2 * spell.days else None

    tell("Fitting simulated users", None, None)
    before_log = _before(dataset, spell)
    world = fit_world(before_log, rng, params=params)
    visits = visits_of(before)
    population = fit_population(before, recent_days=min(spell.days, spell.cut))
    tell("Living through the held-out weeks", None, None)
    cast, presence = _cast(world, before, visits, population, spell, rng)
    simulated = live(cast, spell.days, seed, presence=presence)

    tell("Comparing", None, None)
    first_weekday = (spell.first_day + pd.Timedelta(days=spell.cut)).weekday()
    directions = world.vectors / np.maximum(np.linalg.norm(world.vectors, axis=1, keepdims=True), 1e-12)
    found = measures(
        Weeks(simulated, held_out, earlier, first_weekday),
        Catalogue(dataset.n_items, directions, categories_of(dataset)),
    )
    known = np.isin(held_out.user, visits.user)
    had = pairs_of(world.history.user, world.history.item, world.n_items)
    # What was bought without having been viewed counts as had too, though it is no choice.
    fresh = known & ~held_out.repeat & ~contains(had, pairs_of(held_out.user, held_out.item, world.n_items))
    tell("Foretelling choices", None, None)
    worlds = _with_tastes(world, before_log.preferences, rng)
    foretold = likelihood(worlds, held_out.user[fresh], held_out.item[fresh])
    verdict, sentence = _overall(found, foretold)
    seen = np.unique(held_out.user)
    day = [spell.first_day + pd.Timedelta(days=spell.cut + offset) for offset in (0, spell.days - 1)]
    return Fidelity(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        measures=found,
        likelihood=foretold,
        verdict=verdict,
        sentence=sentence,
        how=_how(population, presence, foretold),
        weeks=spell.days // _WEEK,
        first=day[0].date().isoformat(),
        last=day[1].date().isoformat(),
        known_users=len(visits.user),
        returning_users=int(np.isin(seen, visits.user).sum()),
        new_users=int((~np.isin(seen, visits.user)).sum()),
        choices=len(held_out),
        seed=seed,
    )


def _unmeasured(dataset: Dataset, seed: int, why: str) -> Fidelity:
    return Fidelity(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        measures=(),
        likelihood=None,
        verdict="not measured",
        sentence=f"How faithful the simulated users are was not measured: {why}.",
        seed=seed,
    )


def _chosen(n_users: int, most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    if n_users <= most:
        return np.arange(n_users)
    return np.sort(rng.choice(n_users, most, replace=False))


def _of_users(lived: Lived, users: NDArray[np.int64]) -> Lived:
    kept = np.isin(lived.user, users)
    columns = ("user", "item", "day", "second", "session", "repeat")
    return replace(lived, **{name: getattr(lived, name)[kept] for name in columns})


def _spell(whole: Lived) -> _Spell:
    days = whole.days
    weeks = int(np.clip(round(_SHARE * days / _WEEK), 1, _MOST_WEEKS))
    return _Spell(first_day=whole.first_day, cut=days - weeks * _WEEK, days=weeks * _WEEK)


def _before(dataset: Dataset, spell: _Spell) -> Dataset:
    time = dataset.interactions["time"]
    kept = time < spell.first_day + pd.Timedelta(days=spell.cut)
    return replace(dataset, interactions=dataset.interactions.loc[kept].reset_index(drop=True))


def _cast(
    world: World,
    before: Lived,
    visits: Visits,
    population: Population | None,
    spell: _Spell,
    rng: np.random.Generator,
) -> tuple[World, Presence | None]:
    """Return who lives through the held-out weeks: known users, and new ones with tastes of the population."""
    weekday = (spell.first_day + pd.Timedelta(days=spell.cut)).weekday()
    known = replace(world.take(visits.user), first_weekday=weekday)
    if population is None:
        return known, None
    pace, stays = next_rates(population, visits, rng)
    first, later = session_lengths_of(before)
    new_pace, new = newcomers(population, spell.days, first, rng)
    n, m = len(pace), len(new_pace)
    alike = rng.integers(0, n, m)
    cast = replace(
        known,
        key=np.arange(n + m, dtype=np.int64),
        user=np.concatenate([known.user, known.user[alike]]),
        taste=np.concatenate([known.taste, known.taste[alike]]),
        activity=np.concatenate([pace, new_pace]),
        items_per_session=np.concatenate([later[visits.user], later[visits.user[alike]]]),
        history=replace(known.history, n_users=n + m, users=None),
    )
    presence = Presence(
        since=np.concatenate([np.zeros(n), new.since]),
        opens=np.concatenate([np.zeros(n, dtype=np.int64), new.opens]),
        sessions=np.concatenate([stays, new.sessions]),
    )
    return cast, presence


def _with_tastes(world: World, preferences: Preferences, rng: np.random.Generator) -> tuple[World, ...]:
    """Return the world with several draws of what the log leaves open of the tastes."""
    found = latent(preferences, world.params.rank, rng, trust=world.params.taste_trust)
    length = float(np.linalg.norm(world.taste[0]))
    return tuple(
        replace(world, taste=length * draw_tastes(found, world.user, 1.0, rng), vectors=found.vectors)
        for _ in range(_DRAWS)
    )


def _overall(found: tuple[Measure, ...], foretold: Likelihood | None) -> tuple[Verdict, str]:
    """Return the verdict on everything, and the sentence that names what does not fit."""
    verdicts = [each.verdict for each in found] + ([foretold.verdict] if foretold else [])
    fitting, off = verdicts.count("fits"), verdicts.count("does not fit")
    overall: Verdict = (
        "does not fit"
        if 3 * off > len(verdicts)
        else "fits"
        if off == 0 and 3 * fitting >= 2 * len(verdicts)
        else "roughly"
    )
    opening = {
        "fits": "The simulated users behave like the log's own",
        "roughly": "The simulated users behave roughly like the log's own",
        "does not fit": "The simulated users do not behave like the log's own; read results with care",
    }[overall]
    counted = (
        f"{opening}: of {len(verdicts)} measures {fitting} fit, {verdicts.count('roughly')} fit roughly, "
        f"{off} {'does' if off == 1 else 'do'} not."
    )
    complaints = [each.sentence for each in found if each.verdict == "does not fit"]
    if foretold is not None and foretold.verdict != "fits":
        complaints.append(foretold.sentence)
    if foretold is None:
        complaints.append("No user made a new choice in both parts of the log, so choices could not be foretold.")
    return overall, " ".join([counted, *complaints])


def _how(population: Population | None, presence: Presence | None, foretold: Likelihood | None) -> tuple[str, ...]:
    told = ["The world was fitted to the weeks before alone; nothing of the held-out weeks was used."]
    if population is None or presence is None:
        told.append("The log has too few users to tell who leaves: everybody seen before is around, nobody new comes.")
    else:
        around, new = int(((presence.sessions > 0) & (presence.opens == 0)).sum()), int((presence.opens > 0).sum())
        told.append(
            f"Of the users seen before, {around:,} are still around by what their visits say (MBG/NBD model), "
            f"each with a rate of sessions of their own; {new:,} new users come, as many a day as in the weeks "
            "before, with the tastes of users already known and first sessions as long as theirs were."
        )
    if foretold is not None:
        told.append(
            f"The likelihood counts {foretold.choices:,} choices of {foretold.users:,} users seen before, "
            "of items new to them."
        )
    return tuple(told)
