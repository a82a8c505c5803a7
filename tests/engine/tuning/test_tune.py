"""Tuning finds what is better on validation rows, gives up what is not, and never looks at the test."""

import time
from dataclasses import replace

import numpy as np
import pytest

from engine import jobs, store, tuning
from engine.control import delete_user
from engine.errors import DataError, ModelError
from engine.evaluation import evaluate
from engine.models import MODELS, make_model
from engine.splitting import Split, split
from engine.tuning import tune, validation
from engine.tuning.journal import read
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


class StoppedError(Exception):
    pass


def stop_at(trial):
    def report(stage, done, total):
        if done == trial:
            raise StoppedError

    return report


@pytest.mark.parametrize("model", ["ease", "svd"])
def test_what_was_tried_before_it_was_stopped_is_gone_on_with(log, parts, tmp_path, model):
    journal = tmp_path / "kept" / "search.json"
    with pytest.raises(StoppedError):
        tune(log, parts, model, trials=9, k=5, journal=journal, report=stop_at(7))
    stopped = read(journal)
    assert (len(stopped.trials), stopped.asked, stopped.ended) == (7, 9, "not yet")
    told = []
    after = tune(log, parts, model, trials=9, k=5, journal=journal, report=lambda *said: told.append(said))
    assert told[0][1:] == (7, 9)
    assert told[0][0].startswith(f"Tuning {after.title}, best 0.")
    assert after == tune(log, parts, model, trials=9, k=5) == read(journal)
    assert stopped.trials == after.trials[:7]
    assert stopped.running_best == after.running_best[:7]


def test_a_job_that_is_killed_keeps_its_trials_and_is_gone_on_with(log):
    request = {"dataset": store.put(log), "model": "svd", "params": {"n_epochs": 400}, "trials": 200, "k": 5, "seed": 9}
    key = jobs.submit("engine.tuning:task", request, "me")
    end = time.monotonic() + 60
    while tuning.so_far(request) is None and time.monotonic() < end:
        time.sleep(0.02)
    jobs.cancel(key, "me")
    jobs.shutdown()
    kept = tuning.so_far(request)
    assert kept.best is not None
    assert (kept.asked, kept.trials[0].number) == (200, 0)
    more = request | {"trials": len(kept.trials) + 2}
    after = tuning.task(more)
    assert after.trials[: len(kept.trials)] == kept.trials
    tuning.drop([log.fingerprint])
    assert tuning.task(more) == after


def test_the_best_so_far_never_falls(found):
    best = found.running_best
    assert best[0] == found.default_value
    assert best[-1] == found.value
    assert list(best) == sorted(best)


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


@pytest.mark.parametrize("model", ["svd", "knn_baseline", "svd_pp"])
def test_models_of_ratings_are_tuned_to_miss_them_by_less(log, parts, model):
    found = tune(log, parts, model, trials=5, metric="rmse", seed=3)
    done = [trial.value for trial in found.trials if trial.state == "done"]
    assert found.value == min(done) <= found.default_value
    assert found.running_best[-1] == found.value
    assert "RMSE on" in found.sentence
    nothing = np.zeros_like(parts.test)
    inner = Split(parts.train, nothing, parts.validation, "temporal", 0.0, 0.15, 0)
    again = evaluate(log, inner, model, found.params, seed=3)
    assert found.value == pytest.approx(again.metrics["rmse"].value)


def test_a_search_is_read_while_it_runs_and_dropped_with_its_data(log):
    request = {"dataset": store.put(log), "model": "ease", "trials": 4, "k": 5}
    assert tuning.so_far(request) is None
    seen = []
    tuning.task(request, lambda *_: seen.append(tuning.so_far(request)))
    assert [None if each is None else len(each.trials) for each in seen] == [None, 1, 2, 3]
    assert tuning.so_far(request | {"trials": 40}).value == tuning.so_far(request).value
    assert tuning.so_far(request | {"k": 6}) is None
    with pytest.raises(FileNotFoundError):
        # A search whose data goes while it is at work keeps nothing.
        tuning.task(request | {"seed": 1}, lambda *_: tuning.drop([log.fingerprint]))
    assert tuning.so_far(request) is None
    assert tuning.drop([log.fingerprint, "unknown"]) == 0


def test_who_is_deleted_leaves_no_search_behind(log, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    other = random_log(12, n_rows=300)
    requests = [{"dataset": store.put(each), "model": "ease", "trials": 1} for each in (log, replace(other, name="b"))]
    for request in requests:
        tuning.task(request)
    delete_user(log, "u3")
    assert tuning.so_far(requests[0]) is None
    assert tuning.so_far(requests[1]) is not None
    assert {file.name for file in (tmp_path / "tuning").iterdir()} == {requests[1]["dataset"]}


def test_what_was_measured_is_not_measured_again(log, parts, monkeypatch):
    made = []
    monkeypatch.setattr(validation, "make_model", lambda *told: made.append(told) or make_model(*told))
    found = tune(log, parts, "sequence", {"window": 2, "decay": 0.5, "memory": 0.5}, trials=8, k=5)
    assert len(found.trials) == 8
    assert {trial.params["order"] for trial in found.trials} == {1, 2}
    assert len(made) == 2


def test_a_trial_that_fails_is_told_and_the_rest_goes_on(log, parts, monkeypatch):
    def fail(name, params, seed):
        if params.get("weighted"):
            raise ModelError("It cannot.")
        return make_model(name, params, seed)

    monkeypatch.setattr(validation, "make_model", fail)
    found = tune(log, parts, "ease", trials=6, k=5)
    failed = [trial for trial in found.trials if trial.state == "failed"]
    assert failed
    assert all(trial.value is None and trial.reason == "It cannot." for trial in failed)
    assert f"{len(failed)} trial" in found.sentence
    with pytest.raises(ModelError, match="Every trial of EASE failed, the first so: It cannot"):
        tune(log, parts, "ease", {"weighted": True}, trials=2)


def test_a_figure_that_is_no_number_is_a_trial_that_failed(log, parts, monkeypatch):
    monkeypatch.setattr(validation, "predict_pairs", lambda model, pairs: np.full(len(pairs), np.nan))
    with pytest.raises(ModelError, match="the first so: Training ran away"):
        tune(log, parts, "baseline_only", trials=2, metric="rmse")


def test_what_cannot_be_tuned_is_one_sentence(log, parts):
    with pytest.raises(ModelError, match="Popularity has no parameters to tune"):
        tune(log, parts, "popularity")
    with pytest.raises(ModelError, match="Did you mean 'svd'"):
        tune(log, parts, "svdd")
    with pytest.raises(ModelError, match="trials to tune with were 0"):
        tune(log, parts, "svd", trials=0)
    with pytest.raises(ModelError, match="Did you mean 'ndcg'"):
        tune(log, parts, "ease", metric="ndgc")
    with pytest.raises(ModelError, match="RMSE needs a model that predicts ratings"):
        tune(log, parts, "ease", metric="rmse")
    once = make_log([(n, n % 3, n) for n in range(20)])
    with pytest.raises(DataError, match="nothing can be tuned"):
        tune(once, split(once, "temporal"), "ease")
