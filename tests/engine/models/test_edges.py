"""Every model on logs at the edge: a clear list with true reasons, or one clear sentence; never a traceback."""

import numpy as np
import pytest

from engine.control import Control, listed
from engine.errors import LabError
from engine.models import MODELS, make_model, reasons, serve_new, top_k
from engine.slate import slate, slate_new
from tests.engine.edges import EDGES, MILLION, vast_catalogue

QUICK = {"svd": {"n_epochs": 3}, "svd_pp": {"n_epochs": 2}, "nmf": {"n_epochs": 5}, "bpr": {"iterations": 5}}
SENTENCES = (
    "The catalogue has one item, which is like no other.",
    "Nothing is known of the items but their ids.",
    "This model learns what follows what, and the log has no times.",
    "did not converge: its numbers grew without bound. Lower the learning rate.",
)


@pytest.fixture(scope="module")
def logs():
    return {name: make() for name, make in EDGES.items()}


@pytest.fixture(scope="module")
def vast():
    return vast_catalogue()


def fitted(name, log):
    """Return the fitted model, or None where it says in a sentence why it cannot be."""
    try:
        return make_model(name, QUICK.get(name)).fit(log.preferences)
    except LabError as error:
        said = str(error)
    assert any(sentence in said for sentence in SENTENCES), said
    return None


def holds(ranking, k):
    """A list has k places; those that nothing is left for are marked, and nothing else is no number."""
    assert ranking.items.shape[1] == k
    assert np.array_equal(np.isnan(ranking.scores), ranking.items < 0)


ENSEMBLES = [name for name, info in MODELS.items() if info.family == "ensemble"]  # made of the others
CASES = [(name, edge) for name in MODELS if name not in ENSEMBLES for edge in EDGES]
CASES += [(name, edge) for name in ENSEMBLES for edge in ("one row", "somebody with everything")]


@pytest.mark.parametrize(("name", "edge"), CASES)
def test_a_clear_list_or_a_clear_sentence(logs, name, edge):
    log = logs[edge]
    model = fitted(name, log)
    if model is None:
        return
    users = np.arange(log.n_users)
    assert np.isfinite(model.score(users)).all()
    holds(top_k(model, users, 4, exclude=log.preferences.matrix), 4)
    holds(serve_new(model, log.preferences, 4, train=log.preferences).ranking, 4)
    holds(listed(log, model, users, 3, controls={0: Control(personalisation=0.5)}).ranking, 3)
    last = log.n_users - 1
    for why in reasons(model, log.preferences, log.items, last, np.arange(log.n_items)):
        assert len(why.sentence) > 10
        assert "nan" not in why.sentence
    assert len(slate(log, model, 0, k=3, dial=0.5).items) <= 3
    for had in ([], [0], range(log.n_items)):
        shown = slate_new(log, model, np.array(had, dtype=int), k=3)
        assert shown.path in ("folded in", "content", "popularity", "groups")
        assert not shown.items["item"].isin(had).any()


@pytest.mark.parametrize("name", ["popularity", "svd", "ease", "als", "bpr", "item_knn", "content", "sequence"])
def test_a_million_items_and_ten_events(vast, name):
    model = make_model(name, QUICK.get(name)).fit(vast.preferences)
    ranking = top_k(model, np.arange(vast.n_users), 5, exclude=vast.preferences.matrix)
    holds(ranking, 5)
    assert (ranking.items >= 0).all()
    held = sum(array.nbytes for array in vars(model).values() if isinstance(array, np.ndarray))
    assert held < 64 * MILLION or name == "svd"  # bytes: a few numbers an item, never a row of traits
    (why,) = reasons(model, vast.preferences, vast.items, 0, np.array([500_000]))
    assert len(why.sentence) > 10
