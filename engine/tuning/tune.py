"""The search itself: Optuna proposes, the validation rows decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.dataset import Dataset
from engine.errors import ModelError, unknown
from engine.evaluation.measure import Report
from engine.models import MODELS
from engine.models.info import ModelInfo
from engine.splitting import Split
from engine.tuning.record import State, Trial, Tuned
from engine.tuning.space import first_passes, suggest, tunable
from engine.tuning.validation import inner_split, measure_on

if TYPE_CHECKING:
    import optuna

PATIENCE = 12
"""Trials without anything better after which the search ends."""

_FIRST_AT_RANDOM = 6
_STARTED_BEFORE_PRUNING = 4
_LOCK_SECONDS = 3


def tune(
    dataset: Dataset,
    split: Split,
    model: str,
    params: Mapping[str, Any] | None = None,
    *,
    trials: int = 20,
    metric: str = "ndcg",
    k: int = 10,
    seed: int = 0,
    patience: int = PATIENCE,
    journal: Path | None = None,
    report: Report | None = None,
) -> Tuned:
    """Look for the parameters of ``model`` that rank best on validation rows.

    The tree-structured Parzen estimator proposes (Bergstra et al. 2011, Optuna's own). The first trial has the
    defaults, so that the best is no worse on these rows. A model that passes over the data many times is measured
    after a quarter of its passes first, and given up where that is worse than the median of earlier trials at the
    same point (Golovin et al. 2017, section 3.2.2).

    Args:
        dataset: the log.
        split: its split, whose test rows are not looked at.
        model: a name of ``engine.models.MODELS``.
        params: parameters that stay as given.
        trials: how many to try at most.
        metric: the ranking metric.
        k: length of the lists.
        seed: seed of search, validation rows and model.
        patience: trials without anything better after which to stop.
        journal: file that keeps each trial as it ends; a search that was stopped goes on from there.
        report: told which trial is running and the best so far.

    Raises:
        ModelError: an unknown model or metric, a model without parameters to tune, trials below 1, or where every
            trial failed.
        DataError: where the validation rows hold nothing to find.
    """
    if model not in MODELS:
        raise ModelError(unknown("Model", model, MODELS))
    if trials < 1:
        raise ModelError(f"The trials to tune with were {trials}; they must be 1 or more.")
    info, fixed = MODELS[model], dict(params or {})
    free = tunable(info, fixed)
    if not free:
        raise ModelError(f"{info.title} has no parameters to tune. Evaluate it as it is.")
    inner = inner_split(split, np.random.default_rng(seed))
    measure = measure_on(dataset, inner, model, metric=metric, k=k, seed=seed)

    study = _study(journal)
    if not study.trials:
        study.enqueue_trial({param.name: param.default for param in free})
    while len(_ended(study)) < trials and not _weary(study, patience):
        if report is not None:
            best = _best(study)
            so_far = "" if best is None else f", best {metric} {best.value:.4f} so far"
            report(f"Tuning {info.title}{so_far}", len(_ended(study)), trials)
        _try(study, lambda trial: suggest(trial, free), measure, info, fixed, seed)

    kept = [_kept(each, number, fixed) for number, each in enumerate(_ended(study))]
    best = _best(study)
    if best is None or best.value is None:
        raise ModelError(f"Every trial of {info.title} failed, the first so: {kept[0].reason}")
    return Tuned(
        model=model,
        title=info.title,
        metric=metric,
        k=k,
        params=fixed | best.params,
        value=best.value,
        default_value=kept[0].value if kept[0].state == "done" else None,
        trials=tuple(kept),
        stopped_early=len(kept) < trials,
        validation_rows=int(inner.test.sum()),
        seed=seed,
        fingerprint=dataset.fingerprint,
    )


def _study(journal: Path | None) -> optuna.Study:
    import optuna
    from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = None
    if journal is not None:
        journal.parent.mkdir(parents=True, exist_ok=True)
        # Who was cancelled while writing left the lock behind; writing takes milliseconds.
        lock = JournalFileSymlinkLock(str(journal), grace_period=_LOCK_SECONDS)
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(journal), lock))
    return optuna.create_study(
        study_name="tuning",
        storage=storage,
        direction="maximize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_STARTED_BEFORE_PRUNING),
        load_if_exists=True,
    )


def _try(
    study: optuna.Study,
    propose: Callable[[optuna.Trial], dict[str, Any]],
    measure: Callable[[Mapping[str, Any]], float],
    info: ModelInfo,
    fixed: Mapping[str, Any],
    seed: int,
) -> None:
    """Run one trial to its end."""
    import optuna

    # A seed for each trial: a search that was stopped proposes what it would have proposed.
    drawn = np.random.SeedSequence([seed, len(_ended(study))]).generate_state(1)[0]
    study.sampler = optuna.samplers.TPESampler(n_startup_trials=_FIRST_AT_RANDOM, seed=int(drawn))
    trial = study.ask()
    params = propose(trial) | dict(fixed)
    try:
        early = first_passes(params, info)
        if early is not None:
            trial.report(measure(early), 1)
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                return
        study.tell(trial, measure(params))
    except ModelError as error:
        trial.set_user_attr("reason", str(error))
        study.tell(trial, state=optuna.trial.TrialState.FAIL)


def _ended(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """Return the trials that ended; one that was running when its process was stopped is none."""
    return [trial for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]


def _best(study: optuna.Study) -> optuna.trial.FrozenTrial | None:
    done = [trial for trial in _ended(study) if trial.state.name == "COMPLETE"]
    return max(done, key=lambda trial: trial.value or 0.0, default=None)


def _weary(study: optuna.Study, patience: int) -> bool:
    ended, best = _ended(study), _best(study)
    return best is not None and len(ended) - 1 - ended.index(best) >= patience


def _kept(trial: optuna.trial.FrozenTrial, number: int, fixed: Mapping[str, Any]) -> Trial:
    states: dict[str, State] = {"COMPLETE": "done", "PRUNED": "pruned"}
    return Trial(
        number=number,
        params=dict(fixed) | trial.params,
        value=trial.value,
        state=states.get(trial.state.name, "failed"),
        reason=trial.user_attrs.get("reason", ""),
    )
