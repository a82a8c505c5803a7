"""Personalised search: everybody asks for something, and gets the items that match in somebody's order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.errors import DataError
from engine.noise import uniform
from engine.policies import StagedPolicy
from engine.policies.evidence import Evidence
from engine.policies.pool import Pool
from engine.uses.by_key import ByKey
from engine.uses.use import Use
from engine.world import Policy, State, World
from engine.world.catalogue import item_categories

Array = NDArray[np.float64]
Codes = NDArray[np.integer]

#: Utility, in standard deviations, of what does not answer the query: nobody takes it.
OFF_THE_QUERY = -100.0

_BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Queries:
    """The scene of a search: in each session a unit asks for one category.

    Attributes:
        upto: chance that a unit asks for a category no later than each one, (units, categories) by key.
    """

    upto: ByKey

    def asked(self, state: State, units: Codes) -> NDArray[np.int64]:
        """Return the category each of ``units`` asks for this session, shape (n,)."""
        drawn = uniform(state.seed, "query", state.world.key[units], state.day, state.session)
        return np.asarray((drawn[:, None] > self.upto.at(state.world, units)).sum(axis=1))

    def matches(self, state: State, units: Codes, items: Codes) -> NDArray[np.bool_]:
        """Return whether each of ``items`` (n, k) answers the query of its unit, shape (n, k)."""
        return np.asarray(state.world.category[items] == self.asked(state, units)[:, None])

    def utility(self, state: State, units: Codes, items: Codes) -> Array:
        """Return 0 for what answers each unit's query, and ``OFF_THE_QUERY`` for all else, shape (n, k)."""
        return np.where(self.matches(state, units, items), 0.0, OFF_THE_QUERY)


@dataclass(frozen=True)
class Answering:
    """A stage that keeps to what answers the query, in the order it finds.

    Attributes:
        reach: candidates needed for each result: as many as there are categories.
    """

    reach: int = 1

    name = "query"
    title = "search results"
    value = None

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage that knows how many categories there are."""
        return replace(self, reach=1 if evidence.named is None else len(evidence.named.names))

    def permits(self, state: State, units: Codes, items: Codes) -> NDArray[np.bool_]:
        """Return whether each of ``items`` answers its unit's query, shape (n, k).

        Raises:
            DataError: where the world has no queries.
        """
        if not isinstance(state.world.scene, Queries):
            raise DataError("Search results were asked for in a world without queries. Simulate with use search.")
        return state.world.scene.matches(state, units, items)

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - it keeps all that match
        """Return the pool without what does not answer the query."""
        return pool.kept(self.permits(pool.state, pool.units, pool.items))


def within_the_query(policy: Policy) -> Policy:
    """Return ``policy`` with its candidates kept to what answers the query, before any stage of its own."""
    if isinstance(policy, StagedPolicy):
        return replace(policy, stages=(Answering(), *policy.stages))
    return StagedPolicy(policy, (Answering(),))


def lacks_categories(dataset: Dataset) -> str | None:
    """Return what search lacks where fewer than two categories are known."""
    _, names = item_categories(dataset.items)
    if len(names) >= 2:
        return None
    return (
        f"{dataset.name} has {len(names)} item categories; search needs at least 2, for queries are drawn from them. "
        "Map a category column of the item table on the Data page."
    )


def with_queries(world: World, dataset: Dataset, rng: np.random.Generator) -> World:  # noqa: ARG001 - luck is the run's
    """Return the world in which every session begins with a query for one category.

    A unit asks for a category as often as it would choose from it if the whole catalogue lay before it: in
    proportion to the sum of ``exp(click_slope x utility)`` over its items (the inclusive value of a nested logit,
    McFadden 1978). Which query comes when is a draw of the run.
    """
    belongs = (world.category[:, None] == np.arange(len(world.categories))).astype(np.float64)
    chance = np.empty((world.n_units, len(world.categories)))
    for start in range(0, world.n_units, _BLOCK):  # blocks bound the memory
        units = np.arange(start, min(start + _BLOCK, world.n_units))
        chance[units] = np.exp(world.response.click_slope * world.utility_block(units)) @ belongs
    upto = np.cumsum(chance / chance.sum(axis=1, keepdims=True), axis=1)
    upto[:, -1] = 1.0  # whatever was rounded, somebody asks for something
    return replace(world, scene=Queries(ByKey.of(world, upto)))


SEARCH = Use(
    name="search",
    title="Search ranking",
    question="Do more searches succeed when results are ranked for the person who asks?",
    explanation=(
        "In every session a simulated user asks for one category, which follows from their own taste, and sees the "
        "items in it; nothing else appeals to them.",
        "Control and treatment find the same items and differ in their order alone. A search succeeds when at "
        "least one result is clicked.",
        "Assumed: a query names a category and is understood, and nobody asks again when nothing suits them.",
    ),
    source=(
        "Intent by the inclusive value of a nested logit (McFadden 1978); the same query answered in another order "
        "for each person, as in Teevan, Dumais & Horvitz 2005."
    ),
    control="popularity",
    treatments=("ease",),
    primary="session_success",
    lacks=lacks_categories,
    prepare=with_queries,
    around=within_the_query,
)
