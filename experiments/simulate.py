"""A simulated A/B test between policies, and beside it the truth it was meant to find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from engine import store
from engine.dataset import Dataset
from engine.errors import ExperimentError, unknown
from engine.fidelity.once import fidelity_once, measured
from engine.fidelity.record import Fidelity
from engine.people import Predictions, predict_people, with_predictions
from engine.segments import segment_users
from engine.uses import Use, find_use
from engine.world import World, WorldParameters, fit_world
from experiments.addressed import Addressed
from experiments.analysis import analyse
from experiments.arms import Arm
from experiments.assignment import assign
from experiments.bayesian import Prior
from experiments.boundaries import Spending
from experiments.drafting import draft, names_of
from experiments.earlier import BEFORE, done_before
from experiments.individual import summary, unit_effects
from experiments.interference import COLUMNS, mirrors
from experiments.interference import interference as biased
from experiments.limits import check_request
from experiments.log import Log
from experiments.moments import Floats
from experiments.multiplicity import Correction
from experiments.plan import Stopping
from experiments.provenance import versions
from experiments.results import Meta, Results
from experiments.runs import Circumstances, Report, silent
from experiments.truth import beside, distinct, find_truth, inside
from experiments.wording import listed
from experiments.worlds import plausible_worlds, runs_of

__all__ = ["Arm", "simulate", "task"]


def simulate(
    dataset: Dataset,
    *,
    use: str = "rows",
    control: Arm | str | None = None,
    treatments: Sequence[Arm | str] | None = None,
    users: int | None = None,
    days: int = 14,
    split: Sequence[float] | None = None,
    seed: int = 1,
    retrain_every: int | None = 7,
    primary: str | None = None,
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
    worlds: int = 0,
    interference: bool = True,
    without: Sequence[str] = (),
    foretell: bool = False,
    fidelity: Callable[[Dataset, Report, WorldParameters], Fidelity] | None = measured,
    report: Report | None = None,
) -> Results:
    """Run an A/B test on simulated users fitted to ``dataset``, and find the true uplift beside it.

    Every unit is assigned once and lives ``days`` days under its policy. Then the same units live the same
    days under each policy in turn, with common random numbers: the difference of those runs is the truth.
    ``experiments.interference`` and ``experiments.worlds`` say what else is run.

    Args:
        dataset: what the simulated users, their tastes and the models come from.
        use: what personalisation is used for; one of ``engine.uses.USES``.
        control: the policy to beat, such as ``svd+mmr:0.3``, or an ``Arm``; the use's own when None.
        treatments: the policies to try, at least one; the use's own when None.
        users: simulated users; all the Dataset's when None.
        days: length in days.
        split: weight of each variant, the control first; equal when None.
        seed: the same seed gives the same numbers.
        retrain_every: days between refits of the models; None to fit once, before day 1.
        primary: the metric that decides; one of ``experiments.drafting.MEASURABLE``, the use's own when None.
        alpha: two-sided significance level.
        power: chance to find an uplift of ``mde``, for the plan and the MDE of this run.
        mde: smallest relative uplift worth finding, or None.
        guardrails: margin by metric, in place of the use's, or the usual ones; see ``experiments.drafting.draft``.
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
        worlds: plausible worlds in which the truth is looked for too; 0 for this one alone.
        interference: whether to measure what shared, or split, training data does to the test.
        without: behaviours of the simulated users to switch off, such as ``boredom``, in plausible worlds too.
        foretell: whether to foretell the log's users before the test (``engine.people``) and group units by their churn
            risk and expected value too; done in any case where a policy addresses users by them.
        fidelity: holds simulated users against held-out weeks of the log; None to leave that out.
        report: told of each stage and day.

    Raises:
        LabError: where the request cannot be: an unknown model, metric, parameter or behaviour, a split that does
            not fit, a Dataset too small to learn from, or a log whose users cannot be foretold, though they must.
    """
    purpose = find_use(use)
    primary = primary or purpose.primary
    chosen = (control or purpose.control, *(purpose.treatments if treatments is None else treatments))
    arms = [arm if isinstance(arm, Arm) else Arm.of(arm) for arm in chosen]
    names = names_of([arm.spec for arm in arms])
    policies = [purpose.around(arm.policy(seed)) for arm in arms]
    params = WorldParameters().without(*without)
    check_request(
        dataset, users=users, days=days, retrain_every=retrain_every, slate_size=slate_size, seed=seed, worlds=worlds
    )
    plan = draft(
        names,
        primary=primary,
        guardrails=purpose.guardrails if guardrails is None else guardrails,
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
    predictions = None
    if foretell or any(arm.foretold for arm in arms):
        predictions = predict_people(dataset, report=tell)
    fit = partial(_fitted, purpose, None if predictions is None else Addressed.of(dataset, predictions))
    tell("Fitting the simulated users", None, None)
    world = fit(dataset, np.random.default_rng(seed), users, params)
    fits = None if fidelity is None else fidelity(dataset, tell, params)
    groups = segment_users(dataset, seed)
    if predictions is not None:
        groups = with_predictions(groups, predictions)
    segments = groups.frame.iloc[world.user].reset_index(drop=True)

    circumstances = Circumstances(
        world=world,
        segments=segments,
        covariates=_known_before(dataset, world, covariates),
        days=days,
        seed=seed,
        retrain_every=retrain_every,
        slate_size=min(slate_size, dataset.n_items),
        shared_training=shared_training,
        runs=1,
        report=tell,
    )
    mirrored = mirrors(plan, circumstances) if interference else 0
    mirrors_after = 1 + distinct(policies)
    worlds_after = mirrors_after + mirrored
    circumstances = replace(circumstances, runs=worlds_after + runs_of(policies, worlds))
    log = circumstances.live(policies, assign(world.key, plan.split, seed), names, "Experiment", 0)
    analysis = analyse(log, plan)
    truth = find_truth(circumstances, policies, plan)
    units = unit_effects(truth, plan, world, dataset.users["user_id"])
    return Results(
        plan=plan,
        verdict=analysis.verdict,
        checks=analysis.checks,
        effects=analysis.effects,
        segments=beside(analysis.segments, truth.segments),
        heterogeneity=analysis.heterogeneity,
        cumulative=beside(analysis.cumulative, truth.cumulative),
        truth=inside(truth.effects, analysis.effects),
        notes=_notes(world, purpose, predictions, shared_training=shared_training),
        meta=_meta(dataset, purpose, arms, log, circumstances, primary, worlds),
        individual=summary(units, plan),
        units=units,
        interference=biased(
            circumstances,
            policies,
            plan,
            experiment=log,
            truth=truth,
            estimates=analysis.effects,
            place=mirrors_after,
        )
        if interference
        else pd.DataFrame(columns=COLUMNS),
        worlds=plausible_worlds(dataset, policies, plan, circumstances, number=worlds, fit=fit, place=worlds_after)
        if worlds
        else None,
        fidelity=fits,
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
    given["fidelity"] = fidelity_once if given.get("fidelity", True) else None
    results = simulate(dataset, control=control, treatments=treatments, report=report, **given)
    return keep_simulated(results, request)[1]


def _fitted(
    use: Use,
    addressed: Addressed | None,
    dataset: Dataset,
    rng: np.random.Generator,
    users: int | None,
    params: WorldParameters | None = None,
) -> World:
    """Return the simulated users of an experiment on ``dataset``, ready for ``use``, with what was foretold of them."""
    world = use.ready(fit_world(dataset, rng, users=users, params=params), dataset, rng)
    return world if addressed is None else replace(world, foretold=addressed.among(dataset))


def _known_before(dataset: Dataset, world: World, names: Sequence[str]) -> dict[str, Floats]:
    done = done_before(dataset) if names else {}
    return {name: done[name][world.user] for name in names}


def _notes(world: World, use: Use, predictions: Predictions | None, *, shared_training: bool) -> tuple[str, ...]:
    notes = [
        "All users are simulated. Their tastes, activity and prices are fitted to the log; how they click and "
        "buy is modelled."
    ]
    notes.append(
        "The models learn from the behaviour of all units in the experiment, as in most live tests."
        if shared_training
        else "Each variant's models learn from the behaviour of its own units alone."
    )
    if predictions is not None:
        notes.append(
            "Churn risk and expected value are foretold from the log before the test, and stay as they are during it. "
            + predictions.sentence
        )
    off = [name.replace("_", " ") for name in world.params.switched_off]
    if off:
        notes.append(f"Switched off in all simulated users: {listed(off)}.")
    told = () if use.name == "rows" else (f"{use.title}: {' '.join(use.explanation)}",)
    return (*told, *notes, *world.notes)


def _meta(
    dataset: Dataset, use: Use, arms: Sequence[Arm], log: Log, circumstances: Circumstances, primary: str, worlds: int
) -> Meta:
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
            "control": arms[0].to_dict(),
            "treatments": [arm.to_dict() for arm in arms[1:]],
            "primary": primary,
            "retrain_every": circumstances.retrain_every,
            "slate_size": circumstances.slate_size,
            "shared_training": circumstances.shared_training,
            "worlds": worlds,
            **({} if use.name == "rows" else {"use": use.name}),
            **({"foretell": True} if "churn_risk" in circumstances.segments else {}),
            **({"without": list(off)} if (off := circumstances.world.params.switched_off) else {}),
        },
    )
