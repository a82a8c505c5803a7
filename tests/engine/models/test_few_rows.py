"""EASE where there are far more items than people: the figures of the closed form, without its matrix."""

import numpy as np
import pytest

from engine.models import ease, linear, make_model
from engine.models.few_rows import FewRows
from tests.engine.models.cases import random_preferences

TRAIN = random_preferences(11, n_users=8, n_items=90, pairs=150)
EVERYBODY = np.arange(TRAIN.n_users)


@pytest.fixture(
    params=[{}, {"weighted": True, "penalty": 1.0}, {"weighted": True, "attribute_weight": 3.0}],
    ids=["choices", "values", "attributes"],
)
def both(request, monkeypatch):
    """The model as it is served, and with its weights formed items by items."""
    few = make_model("ease", request.param).fit(TRAIN)
    monkeypatch.setattr(ease, "_ITEMS_A_ROW", 10**6)
    return few, make_model("ease", request.param).fit(TRAIN)


def test_has_the_scores_and_parts_of_the_closed_form(both):
    few, direct = both
    assert isinstance(few.weights, FewRows)
    assert isinstance(direct.weights, np.ndarray)
    np.testing.assert_allclose(few.score(EVERYBODY), direct.score(EVERYBODY), rtol=0, atol=1e-12)
    user, bought = int(TRAIN.user[40]), int(TRAIN.item[40])
    for item in (bought, int(TRAIN.item[0]), int(np.setdiff1d(np.arange(90), TRAIN.item)[0])):
        had, parts = few.contributions(user, item)
        named, expected = direct.contributions(user, item)
        assert had.tolist() == named.tolist()
        np.testing.assert_allclose(parts, expected, rtol=0, atol=1e-12)
        assert parts.sum() == pytest.approx(few.score(np.array([user]))[0, item], abs=1e-12)


def test_a_newcomer_is_served_the_same(both):
    few, direct = both
    new = random_preferences(12, n_users=5, n_items=90, pairs=30)
    np.testing.assert_allclose(few.score_new(new), direct.score_new(new), rtol=0, atol=1e-12)


def test_more_items_than_can_be_compared_two_by_two(monkeypatch):
    expected = make_model("ease").fit(TRAIN).score(EVERYBODY)
    monkeypatch.setattr(linear, "MOST_COMPARED", 20)
    assert np.array_equal(make_model("ease").fit(TRAIN).score(EVERYBODY), expected)
