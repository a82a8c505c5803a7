"""Jobs: a request of plain data gives what a direct call gives."""

import pytest

from engine import store
from engine.errors import DataError, ModelError
from engine.evaluation import evaluate, fit_task, task
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
