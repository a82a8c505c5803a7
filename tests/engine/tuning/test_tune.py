"""Tuning finds what is better on validation rows, gives up what is not, and never looks at the test."""

from dataclasses import replace

import numpy as np
import pytest

from engine import store, tuning
from engine.errors import DataError, ModelError
from engine.evaluation import evaluate
from engine.models import MODELS
from engine.splitting import Split, split
from engine.tuning import tune
from engine.tuning.space import first_passes, ranges
from engine.tuning.validation import inner_split
from tests.engine.logs import make_log, random_log


@pytest.fixture(scope="module")
def log():
    return random_log(11, n_rows=700)


@pytest.fixture(scope="module")
def parts(log):
    return split(log, "temporal")


@pytest.fixture(scope="module")
def found(log, parts):
    return tune(log, parts, "svd", trials=8, k=5, seed=3)


def test_the_best_trial_is_kept_and_no_worse_than_the_defaults(found):
    assert len(found.trials) == 8
    done = [trial for trial in found.trials if trial.state == "done"]
    assert found.value == max(trial.value for trial in done) >= found.default_value
    assert found.trials[0].params == {each.name: each.default for each in ranges(MODELS["svd"])}
    assert found.params in [trial.params for trial in done]
    assert found.ended == "all"
    assert "8 trials" in found.sentence


def test_its_figure_is_the_models_own_on_the_validation_rows(log, parts, found):
    nothing = np.zeros_like(parts.test)
    inner = Split(parts.train, nothing, parts.validation, "temporal", 0.0, 0.15, 0)
    again = evaluate(log, inner, "svd", found.params, k=5, seed=3)
    assert found.value == pytest.approx(again.metrics["ndcg"].value)
    assert found.validation_rows == parts.validation.sum()


def test_the_same_seed_tries_the_same_and_the_test_rows_change_nothing(log, parts, found):
    assert tune(log, parts, "svd", trials=8, k=5, seed=3) == found
    rows = log.interactions.copy()
    rows.loc[parts.test, "item"] = rows.loc[parts.test, "item"].to_numpy()[::-1]
    mixed = replace(log, interactions=rows)
    assert tune(mixed, parts, "svd", trials=3, k=5, seed=3).trials == found.trials[:3]


def test_hopeless_trials_are_given_up_after_a_quarter_of_their_passes(found):
    pruned = [trial for trial in found.trials if trial.state == "pruned"]
    assert pruned
    assert all(trial.number >= 4 for trial in pruned)
    assert first_passes({"n_epochs": 20, "n_factors": 3}, MODELS["svd"]) == {"n_epochs": 5, "n_factors": 3}
    assert first_passes({"penalty": 3.0}, MODELS["ease"]) is None


def test_it_stops_when_nothing_better_comes(log, parts):
    found = tune(log, parts, "ease", trials=60, k=5, patience=3)
    assert found.ended == "early"
    values = [trial.value for trial in found.trials]
    assert len(values) - 1 - int(np.argmax(values)) == 3


def test_what_was_tried_before_it_was_stopped_is_gone_on_with(log, parts, tmp_path):
    journal = tmp_path / "kept" / "search.journal"

    class StoppedError(Exception):
        pass

    def stop_at_the_third(stage, done, total):
        if done == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        tune(log, parts, "ease", trials=6, k=5, journal=journal, report=stop_at_the_third)
    told = []
    after = tune(log, parts, "ease", trials=6, k=5, journal=journal, report=lambda *said: told.append(said))
    assert told[0][1:] == (2, 6)
    assert told[0][0].startswith("Tuning EASE, best ndcg 0.")
    assert after == tune(log, parts, "ease", trials=6, k=5)


def test_given_parameters_stay(log, parts):
    found = tune(log, parts, "ease", {"penalty": 50.0}, trials=3, k=5)
    assert {trial.params["penalty"] for trial in found.trials} == {50.0}


def test_without_validation_rows_some_of_the_rows_to_learn_from_are_held_back(log):
    parts = split(log, "random", test_share=0.3)
    inner = inner_split(parts, np.random.default_rng(0))
    assert not (inner.train & inner.test).any()
    assert np.array_equal(inner.train | inner.test, parts.fit_rows)
    assert 0.1 < inner.test.sum() / parts.fit_rows.sum() < 0.2


def test_the_job_does_the_same(log, parts, found):
    request = {"dataset": store.put(log), "model": "svd", "trials": 8, "k": 5, "seed": 3}
    assert tuning.task(request) == found


def test_what_cannot_be_tuned_is_one_sentence(log, parts):
    with pytest.raises(ModelError, match="Popularity has no parameters to tune"):
        tune(log, parts, "popularity")
    with pytest.raises(ModelError, match="Did you mean 'svd'"):
        tune(log, parts, "svdd")
    with pytest.raises(ModelError, match="trials to tune with were 0"):
        tune(log, parts, "svd", trials=0)
    with pytest.raises(ModelError, match="Did you mean 'ndcg'"):
        tune(log, parts, "svd", metric="ndgc")
    once = make_log([(n, n % 3, n) for n in range(20)])
    with pytest.raises(DataError, match="nothing can be tuned"):
        tune(once, split(once, "temporal"), "ease")
