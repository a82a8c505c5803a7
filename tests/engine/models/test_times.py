"""Close in time and popular at the time, on logs small enough to count."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ModelError
from engine.models.moment import Moment
from engine.models.together import Together
from tests.engine.models.cases import preferences

TOGETHER = {"window": 2, "reach": 2.0}


def test_items_close_in_order_speak_for_each_other():
    # User 0 has 0, 1, 2, 3 in this order, user 1 has 1 then 0.
    train = preferences([0, 0, 0, 0, 1, 1], [0, 1, 2, 3, 1, 0], np.ones(6), 2, 5)
    model = Together(TOGETHER).fit(train)
    one, two = np.exp(-0.5), np.exp(-1.0)
    np.testing.assert_allclose(model.weights.toarray()[0], [0, 2 * one / 2, two / np.sqrt(2), 0])
    np.testing.assert_allclose(model.weights.toarray(), model.weights.toarray().T)
    assert model.score(np.array([1]))[0, 4] == 0
    items, amounts = model.contributions(1, 2)
    assert items.tolist() == [0, 1]
    np.testing.assert_allclose(amounts, [two / np.sqrt(2), one / np.sqrt(2)])


def test_what_was_popular_when_the_user_was_there_stands_out():
    # Item 0 is chosen early, item 1 late, by as many; user 40 was there early, user 41 late.
    user = np.concatenate([np.arange(40), [40, 41]])
    item = np.concatenate([np.repeat([0, 1], 20), [2, 2]])
    train = preferences(user, item, np.ones(42), 43, 3)
    time = np.concatenate([np.arange(40), [3, 37]])
    train = replace(train, time=time.astype(np.int64))
    model = Moment({"periods": 4}).fit(train)
    scores = model.score(np.array([40, 41]))
    assert scores[0, 0] > 0.2 > -0.2 > scores[0, 1]
    np.testing.assert_allclose(scores[0, [0, 1]], scores[1, [1, 0]], atol=0.1)
    assert model.score_new(replace(train, time=None)).any(axis=1).sum() == 1  # popularity, of who has no history


@pytest.mark.parametrize(("make", "params"), [(Moment, {"periods": 4}), (Together, TOGETHER)])
def test_without_times_they_say_what_is_missing(make, params):
    with pytest.raises(ModelError, match="the log has no times"):
        make(params).fit(replace(preferences([0], [0], [3], 1, 1), time=None))
