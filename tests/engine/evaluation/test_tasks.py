"""Jobs: a request of plain data gives what a direct call gives."""

import pytest

from engine import store
from engine.errors import DataError, ModelError
from engine.evaluation import evaluate, fit_task, repeat_task, task
from engine.jobs import child, folder
from engine.splitting import split
from tests.engine.logs import random_log


@pytest.fixture
def stored(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    dataset = random_log(n_rows=200)
    return dataset, store.put(dataset)


def test_a_request_evaluates_a_stored_dataset(stored):
    dataset, fingerprint = stored
    request = {"dataset": fingerprint, "model": "popularity", "split": {"how": "random"}, "k": 3, "seed": 2}
    direct = evaluate(dataset, split(dataset, "random"), "popularity", k=3, seed=2)
    measured = task(request)
    assert measured.metrics["ndcg"] == direct.metrics["ndcg"]
    assert (measured.k, measured.seed, measured.fingerprint) == (3, 2, fingerprint)


def test_several_seeds_are_a_request_too_and_what_was_measured_before_is_not_measured_again(stored):
    _, fingerprint = stored
    alone = {"dataset": fingerprint, "model": "random", "split": {"how": "random"}, "k": 3, "seed": 4}
    key = folder.key_of("engine.evaluation:task", alone)
    folder.prepare(key, alone)
    child.run("engine.evaluation:task", alone, str(folder.path(key)))
    stages = []
    found = repeat_task(alone | {"seeds": 2}, lambda *stage: stages.append(stage[0]))
    assert (found.seeds, found.evaluation.seed) == ((4, 5), 4)
    assert found.values["ndcg"] == tuple(task(alone | {"seed": seed}).metrics["ndcg"].value for seed in (4, 5))
    assert {stage.split(":")[0] for stage in stages} == {"Seed 2 of 2"}
    same = repeat_task(alone | {"model": "popularity", "seeds": 5}, lambda *stage: stages.append(stage[0]))
    assert same.seeds == (4,)
    assert not [stage for stage in stages if stage.startswith("Seed 3")]


def test_a_request_fits_on_every_row(stored):
    dataset, fingerprint = stored
    stages = []
    fitted = fit_task({"dataset": fingerprint, "model": "popularity"}, lambda *stage: stages.append(stage[0]))
    assert fitted.fitted.score([0]).shape == (1, dataset.n_items)
    assert (fitted.title, stages) == ("Popularity", ["Fitting Popularity"])


def test_bad_requests_are_errors_for_the_reader(stored):
    _, fingerprint = stored
    with pytest.raises(ModelError, match="Did you mean 'popularity'"):
        fit_task({"dataset": fingerprint, "model": "popularty"})
    with pytest.raises(DataError, match="Load its file again"):
        task({"dataset": "0" * 16, "model": "svd"})
