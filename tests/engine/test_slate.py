"""What a model shows one user, and what the dial changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelError
from engine.models import make_model
from engine.slate import slate
from tests.engine.logs import make_log

N_ITEMS = 30


class ByCode:
    """Scores items by falling code, the same for everybody."""

    def score(self, users):
        return np.repeat(-np.arange(N_ITEMS, dtype=float)[None, :], len(users), axis=0)


# User u has the items 0..u: item 0 is had by everybody, the last ones by nobody.
DATA = make_log([(user, item) for user in range(4) for item in range(user + 1)], n_items=N_ITEMS)


def test_a_familiar_list_is_the_models_own_without_what_the_user_had():
    shown = slate(DATA, ByCode(), 1, k=3)
    assert shown.items["item"].tolist() == [2, 3, 4]
    assert shown.items["place"].tolist() == [1, 2, 3]
    assert shown.items["moved"].tolist() == [0, 0, 0]
    assert shown.items["users_share"].tolist() == [0.5, 0.25, 0.0]
    assert shown.dropped.empty


def test_each_item_comes_with_the_reason_of_its_model():
    model = make_model("popularity").fit(DATA.preferences)
    shown = slate(DATA, model, 0, k=2)
    assert shown.items["reason"].tolist() == ["Chosen by 3 people", "Chosen by 2 people"]


def test_a_surprising_list_prefers_what_fewer_users_have():
    shown = slate(DATA, ByCode(), 0, k=3, dial=1.0)
    # Items 1 and 2 are had by three and two users; 3 by one, as novel as those nobody has.
    assert shown.items["item"].tolist() == [3, 4, 5]
    assert shown.items["moved"].tolist()[0] == 2
    assert np.isnan(shown.items["moved"].to_numpy()[1:]).all()
    assert shown.dropped["item"].tolist() == [1, 2]


@given(st.floats(0, 1), st.integers(1, 40), st.integers(0, 3))
def test_what_moved_accounts_for_the_familiar_list(dial, k, user):
    own = slate(DATA, ByCode(), user, k=k).items["item"].to_numpy()
    shown = slate(DATA, ByCode(), user, k=k, dial=dial)
    stayed = shown.items[shown.items["moved"].notna()]
    before = (stayed["place"] - 1 + stayed["moved"]).to_numpy(int)
    assert own[before].tolist() == stayed["item"].tolist()
    assert sorted([*stayed["item"], *shown.dropped["item"]]) == sorted(own)
    assert len(shown.items) == len(own)


def test_two_lists_are_compared_by_what_only_one_has():
    familiar, surprising = (slate(DATA, ByCode(), 0, k=3, dial=dial) for dial in (0.0, 1.0))
    assert familiar.not_in(surprising) == 2
    assert familiar.not_in(familiar) == 0


def test_bad_wishes_are_errors():
    with pytest.raises(ModelError, match="dial was 2"):
        slate(DATA, ByCode(), 0, dial=2.0)
    with pytest.raises(ModelError, match="must be at least 1"):
        slate(DATA, ByCode(), 0, k=0)
