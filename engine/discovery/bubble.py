"""Filter bubbles: what users of a log would consume, round after round of recommend, choose and retrain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import store
from engine.dataset import Dataset
from engine.discovery.study import BubbleStudy, Maker, study
from engine.errors import ExperimentError
from engine.fidelity.once import fidelity_once
from engine.fidelity.record import Fidelity
from engine.people import TITLES, predict_people, with_predictions
from engine.policies import PolicySpec, make_policy, parse
from engine.segments import segment_users
from engine.world import World, fit_world
from engine.world.parameters import WorldParameters
from engine.world.policy import Report

ROUNDS, USERS, SEEDS = 20, 200, 5
"""What is asked for where nothing is said: 20 weekly rounds, 200 users in each of 5 draws."""

_SLATE, _CHOICES = 10, 3


def bubble(
    dataset: Dataset,
    policies: Sequence[str | Mapping[str, Any]],
    *,
    rounds: int = ROUNDS,
    users: int | None = None,
    seeds: int = SEEDS,
    seed: int = 0,
    round_days: int = 7,
    retrain_every: int | None = 1,
    segment: str | None = None,
    without: Sequence[str] = (),
    fidelity: Callable[[Dataset, Report | None, WorldParameters], Fidelity] | None = fidelity_once,
    report: Report | None = None,
) -> BubbleStudy:
    """Study what ``policies`` would do to the users of ``dataset``. Simulated.

    Args:
        dataset: the log that simulated users are fitted to.
        policies: each by name, ``svd+mmr:0.3``, or as ``{"model": name, "params": {}, "then": ["mmr:0.3"]}``.
        rounds: at least 2.
        users: in each draw, at most the log's; 200, or all the log's where it has fewer, when None.
        seeds: draws of users and of luck, at least 2.
        seed: any integer.
        round_days: how long a round lasts. Who comes sees one list a round, so that a cap of so many showings a
            week comes to bear in shorter rounds alone.
        retrain_every: rounds between refits; None to train once.
        segment: a column of ``engine.segments.segment_users`` whose segments are groups too, or a name of
            ``engine.people.TITLES``: users by what is expected of them.
        without: behaviours of the simulated users to switch off, such as ``boredom``.
        fidelity: holds simulated users against held-out weeks of the log; None to leave that out.
        report: told of each stage.

    Raises:
        LabError: where a policy, a segmentation, a behaviour or a number cannot be.
    """
    makers = {str(spec): _maker(spec) for spec in map(spec_of, policies)}
    if not makers:
        raise ExperimentError("No policy was given. Name at least one, such as svd.")
    for make in makers.values():
        make(seed)  # an unknown name or parameter is told before anything is fitted
    if report:
        report("Fitting simulated users", None, None)
    params = WorldParameters().without(*without)
    world = fit_world(dataset, np.random.default_rng(seed), params=params)
    slate_size = min(_SLATE, world.n_items)
    found = study(
        world,
        makers,
        rounds=rounds,
        users=min(USERS, world.n_units) if users is None else users,
        seeds=seeds,
        seed=seed,
        slate_size=slate_size,
        choices=min(_CHOICES, slate_size),
        round_days=round_days,
        retrain_every=retrain_every,
        segments={} if segment is None else _segments(dataset, world, segment, report),
        report=report,
    )
    fits = None if fidelity is None else fidelity(dataset, report, params)
    return replace(found, fingerprint=dataset.fingerprint, dataset=dataset.name, fidelity=fits)


def task(request: Mapping[str, Any], report: Report) -> BubbleStudy:
    """Study the policies of a request, for the job runner.

    Args:
        request: ``dataset`` (fingerprint), ``policies``, and optionally ``rounds``, ``users``, ``seeds``,
            ``seed``, ``round_days``, ``retrain_every``, ``segment`` and ``without``, as in ``bubble``.
        report: told of each stage.

    Raises:
        LabError: where the dataset is not stored, or anything cannot be.
    """
    told = {name: value for name, value in request.items() if name not in ("dataset", "policies")}
    return bubble(store.get(request["dataset"]), request["policies"], **told, report=report)


def spec_of(policy: str | Mapping[str, Any]) -> PolicySpec:
    """Return a policy given either way as data; ``str`` of it is its name.

    Raises:
        ModelError: where the base, a parameter or a stage is unknown, or a value cannot be.
    """
    if isinstance(policy, str):
        return parse(policy)
    spec = parse("+".join([policy["model"], *policy.get("then", ())]))
    return replace(spec, params={**spec.params, **(policy.get("params") or {})})


def _maker(spec: PolicySpec) -> Maker:
    return lambda luck: make_policy(spec, seed=luck)


def _segments(dataset: Dataset, world: World, by: str, report: Report | None) -> dict[str, NDArray[np.bool_]]:
    groups = segment_users(dataset)
    if by in TITLES:
        groups = with_predictions(groups, predict_people(dataset, report=report))
    column = groups.column(by)
    code = column.cat.codes.to_numpy()[world.user]
    return {str(name): code == place for place, name in enumerate(column.cat.categories)}
