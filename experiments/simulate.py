"""A simulated A/B test between policies, and beside it the truth it was meant to find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from engine import store
from engine.dataset import Dataset
from engine.errors import ExperimentError, unknown
from engine.policies import make_policy
from engine.segments import segment_users
from engine.world import World, fit_world
from experiments.analysis import Analysis, analyse
from experiments.assignment import assign
from experiments.bayesian import Prior
from experiments.boundaries import Spending
from experiments.drafting import draft, names_of
from experiments.earlier import BEFORE, done_before
from experiments.log import Log
from experiments.moments import Floats
from experiments.multiplicity import Correction
from experiments.plan import Stopping
from experiments.provenance import versions
from experiments.results import Meta, Results
from experiments.runs import Arm, Circumstances, Report, distinct, find_truth, silent

_MOST_UNIT_DAYS = 20_000_000
_SEEDS = 2**32  # what Surprise's generator takes


def simulate(
    dataset: Dataset,
    *,
    control: Arm | str,
    treatments: Sequence[Arm | str],
    users: int | None = None,
    days: int = 14,
    split: Sequence[float] | None = None,
    seed: int = 1,
    retrain_every: int | None = 7,
    primary: str = "conversion",
    alpha: float = 0.05,
    power: float = 0.8,
    mde: float | None = None,
    guardrails: Mapping[str, float] | None = None,
    stopping: Stopping = "fixed",
    looks: int | None = None,
    spending: Spending = "obrien-fleming",
    prior: Prior | Mapping[str, Any] | None = None,
    correction: Correction = "holm",
    covariates: Sequence[str] = (),
    hypothesis: str = "",
    slate_size: int = 10,
    shared_training: bool = True,
    report: Report | None = None,
) -> Results:
    """Run an A/B test on simulated users fitted to ``dataset``, and find the true uplift beside it.

    Every unit is assigned once and lives ``days`` days under its policy. Then the same units live the same
    days under each policy in turn, with common random numbers: the difference of those runs is the truth.

    Args:
        dataset: what the simulated users, their tastes and the models come from.
        control: the policy to beat; a model's name or an ``Arm``.
        treatments: the policies to try, at least one.
        users: simulated users; all the Dataset's when None.
        days: length in days.
        split: weight of each variant, the control first; equal when None.
        seed: the same seed gives the same numbers.
        retrain_every: days between refits of the models; None to fit once, before day 1.
        primary: the metric that decides; one of ``experiments.metrics.SIMULATED``.
        alpha: two-sided significance level.
        power: chance to find an uplift of ``mde``, for the plan and the MDE of this run.
        mde: smallest relative uplift worth finding, or None.
        guardrails: margin by metric, in place of the usual ones; see ``experiments.drafting.draft``.
        stopping: when it may stop; see ``experiments.plan.Plan``, also for the next three.
        looks: of a group-sequential plan.
        spending: of a group-sequential plan.
        prior: of a bayesian plan, or its fields as plain data.
        correction: for many p-values.
        covariates: what units did in the log that adjusts the metrics: ``experiments.earlier.BEFORE``.
        hypothesis: what is believed; written for you where empty.
        slate_size: items a session shows.
        shared_training: whether the models learn from all units' behaviour, as in most live tests, or each
            from its own variant's.
        report: told of each stage and day.

    Raises:
        LabError: where the request cannot be: an unknown model, metric or parameter, a split that does not
            fit, a Dataset too small to learn from.
    """
    arms = [arm if isinstance(arm, Arm) else Arm(arm) for arm in (control, *treatments)]
    names = names_of([arm.model for arm in arms])
    policies = [make_policy(arm.model, arm.params, seed) for arm in arms]
    _check(dataset, users, days, retrain_every, slate_size, seed)
    plan = draft(
        names,
        primary=primary,
        guardrails=guardrails,
        split=split,
        days=days,
        users=users or dataset.n_users,
        mde=mde,
        alpha=alpha,
        power=power,
        stopping=stopping,
        looks=looks,
        spending=spending,
        prior=prior,
        correction=correction,
        covariates=covariates,
        hypothesis=hypothesis,
    )
    for name in covariates:
        if name not in BEFORE:
            raise ExperimentError(unknown("Covariate", name, BEFORE))
    tell = report or silent
    tell("Fitting the simulated users", None, None)
    world = fit_world(dataset, np.random.default_rng(seed), users=users)
    segments = segment_users(dataset, seed).frame.iloc[world.user].reset_index(drop=True)

    circumstances = Circumstances(
        world=world,
        segments=segments,
        covariates=_known_before(dataset, world, covariates),
        days=days,
        seed=seed,
        retrain_every=retrain_every,
        slate_size=min(slate_size, dataset.n_items),
        shared_training=shared_training,
        runs=1 + distinct(policies),
        report=tell,
    )
    log = circumstances.live(policies, assign(world.key, plan.split, seed), names, "Experiment", 0)
    analysis = analyse(log, plan)
    truth = find_truth(circumstances, policies, plan)
    return Results(
        plan=plan,
        verdict=analysis.verdict,
        checks=analysis.checks,
        effects=analysis.effects,
        segments=_beside(analysis.segments, truth.segments),
        heterogeneity=analysis.heterogeneity,
        cumulative=_beside(analysis.cumulative, truth.cumulative),
        truth=_inside(truth.effects, analysis),
        notes=_notes(world, shared_training=shared_training),
        meta=_meta(dataset, arms, log, circumstances, primary),
    )


def task(request: Mapping[str, Any], report: Report) -> Results:
    """Run ``simulate`` and keep its results under the job's key; for the job runner.

    Args:
        request: plain data: ``dataset`` (fingerprint), ``control`` and ``treatments`` (each ``{"model": name,
            "params": {...}}``), and any other argument of ``simulate`` by its name.
        report: told of each stage and day.

    Raises:
        LabError: where the request cannot be, or its results cannot be kept.
    """
    from experiments import database
    from experiments.keeping import keep_simulated

    database.check()  # minutes of work should not find out at their end
    given = dict(request)
    dataset = store.get(given.pop("dataset"))
    control = Arm(**given.pop("control"))
    treatments = [Arm(**arm) for arm in given.pop("treatments")]
    results = simulate(dataset, control=control, treatments=treatments, report=report, **given)
    return keep_simulated(results, request)[1]


def _beside(table: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Put the true uplifts beside the estimates; both tables have the same rows in the same order."""
    return table.assign(true_absolute=truth["absolute"], true_relative=truth["relative"])


def _inside(truth: pd.DataFrame, analysis: Analysis) -> pd.DataFrame:
    found = analysis.effects
    inside = (found["absolute_low"] <= truth["absolute"]) & (truth["absolute"] <= found["absolute_high"])
    known = found["absolute_low"].notna()
    return truth.assign(inside=inside.astype(object).where(known, None))


def _known_before(dataset: Dataset, world: World, names: Sequence[str]) -> dict[str, Floats]:
    done = done_before(dataset) if names else {}
    return {name: done[name][world.user] for name in names}


def _notes(world: World, *, shared_training: bool) -> tuple[str, ...]:
    notes = [
        "All users are simulated. Their tastes, activity and prices are fitted to the log; how they click and "
        "buy is modelled."
    ]
    if shared_training:
        notes.append(
            "The models learn from the behaviour of all units in the experiment, as in most live tests. The "
            "truth is what each policy does when everybody sees it and it learns from that; the experiment "
            "may differ from it by more than chance."
        )
    return (*notes, *world.notes)


def _meta(dataset: Dataset, arms: Sequence[Arm], log: Log, circumstances: Circumstances, primary: str) -> Meta:
    return Meta(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        rows=len(dataset.interactions),
        simulated=True,
        units=log.n_units,
        days=log.n_days,
        seed=circumstances.seed,
        computed=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        settings={
            "control": asdict(arms[0]),
            "treatments": [asdict(arm) for arm in arms[1:]],
            "primary": primary,
            "retrain_every": circumstances.retrain_every,
            "slate_size": circumstances.slate_size,
            "shared_training": circumstances.shared_training,
        },
    )


def _check(
    dataset: Dataset, users: int | None, days: int, retrain_every: int | None, slate_size: int, seed: int
) -> None:
    if users is not None and users < 2:
        raise ExperimentError(f"{users} users were given; an experiment needs at least 2.")
    if days < 1:
        raise ExperimentError(f"{days} days were given; an experiment runs at least 1.")
    if (users or dataset.n_users) * days > _MOST_UNIT_DAYS:
        raise ExperimentError(
            f"{users or dataset.n_users:,} users for {days:,} days were given; users times days may be up to "
            f"{_MOST_UNIT_DAYS:,}, which fills several GB. Take fewer users or days."
        )
    if retrain_every is not None and retrain_every < 1:
        raise ExperimentError(f"Retraining every {retrain_every} days was given; expected 1 day or more.")
    if slate_size < 1:
        raise ExperimentError(f"Slates of {slate_size} items were given; expected 1 or more.")
    if not 0 <= seed < _SEEDS:
        raise ExperimentError(f"Seed {seed} was given; expected a whole number from 0 to {_SEEDS - 1}.")
