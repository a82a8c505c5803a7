"""Popular in groups: shares of choices worked out by hand, and users nobody knows but by their table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.models import make_model, top_k
from engine.models.groups import learn_groups
from engine.models.reasons import reasons
from tests.engine.models.cases import item_table, preferences

# 24 users with a history: the first half in NO chooses item 0, the other half in SE item 1; all choose item 2.
USER = np.repeat(np.arange(24), 2)
ITEM = np.stack([np.repeat([0, 1], 12), np.full(24, 2)], axis=1).ravel()
TABLE = pd.DataFrame(
    {
        "user_id": [f"u{n}" for n in range(27)],
        "country": ["NO"] * 12 + ["SE"] * 12 + ["NO", "SE", "DK"],
        "age": [*range(20, 44), 21.0, 60.0, np.nan],
        "consent": ["yes"] * 27,
    }
)
TRAIN = replace(preferences(USER, ITEM, np.ones(48), 27, 4, (0.0, 1.0), explicit=False), users=TABLE)


def test_groups_are_names_that_ten_share_and_equally_filled_ranges():
    groups = learn_groups(TRAIN)
    assert groups.names == ("country NO", "country SE", "age 20 to 31.5", "age 31.5 to 43")
    inside = groups.members(TABLE, 27).toarray()
    assert inside[[0, 23, 25]].tolist() == [[1, 0, 1, 0], [0, 1, 0, 1], [0, 1, 0, 1]]
    assert inside[26].sum() == 0
    assert groups.members(None, 3).shape == (3, 4)
    assert groups.members(TABLE[["user_id"]], 27).nnz == 0
    assert learn_groups(replace(TRAIN, users=None)).names == ()


def test_a_score_adds_up_the_departures_of_the_groups():
    model = make_model("group_popularity", {"smoothing": 5}).fit(replace(TRAIN, users=TABLE[["user_id", "country"]]))
    share = np.array([12.5, 12.5, 24.5, 0.5]) / 50
    prior = 5 * 2.0  # five users' worth of choices
    norway = (np.array([12, 0, 12, 0]) + prior * share) / (24 + prior)
    np.testing.assert_allclose(model.score(np.array([24]))[0], np.log(norway))
    np.testing.assert_allclose(model.score(np.array([26]))[0], np.log(share))


def test_new_users_get_what_their_group_chooses():
    new = np.array([24, 25, 26])
    for name in ("group_popularity", "stacked"):
        first = top_k(make_model(name, {}, seed=1).fit(TRAIN), new, 2).items
        assert first[:2].tolist() == [[2, 0], [2, 1]], name
        assert first[2, 0] == 2


def test_the_reason_names_the_group():
    for name in ("group_popularity", "stacked"):
        model = make_model(name).fit(TRAIN)
        told = reasons(model, TRAIN, item_table(4), 24, np.array([0, 3]))
        assert str(told[0]).startswith("Popular with people of ")
        assert str(told[0]).endswith(", who choose it more than others do")
        assert str(told[1]) == "It goes by how many chose it: 0.0% of people"


@pytest.mark.parametrize("name", ["group_popularity", "stacked"])
def test_without_a_table_new_users_get_what_most_chose(name):
    model = make_model(name).fit(replace(TRAIN, users=None))
    assert top_k(model, np.array([25]), 3).items[0].tolist() == [2, 0, 1]
