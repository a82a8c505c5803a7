"""Rules by hand: caps, categories, stock, most of a kind, a share for what is new."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.errors import ModelError
from engine.policies import make_policy
from engine.policies.evidence import Evidence
from engine.policies.kinds import Kinds
from engine.policies.stages import STAGES, possible
from engine.policies.stages.cap import Cap
from engine.policies.stages.category import Categories
from engine.policies.stages.ignored import Ignored
from engine.policies.stages.in_stock import InStock
from engine.policies.stages.most import Most
from engine.policies.stages.new import New
from engine.preferences import Preferences
from engine.world.outcomes import joined
from engine.world.policy import State
from tests.engine.policies.stages.pools import pool_of, small_state


def evidence(items=None, n_items=4):
    one = np.zeros(1, np.int32)
    return Evidence(Preferences(one, one, np.ones(1), 2, n_items, (0.0, 1.0), explicit=False, items=items))


def catalogue(**columns):
    frame = pd.DataFrame(columns)
    return frame.assign(item_id=[f"i{code}" for code in range(len(frame))])


def shown_on(days) -> State:
    """Unit 0 after it was shown items 0, 1 and 2 on each of ``days``, now the last of them."""
    state = small_state()
    for day in days:
        state = state.at(day, 0)
        state = state.after(joined([]), np.array([0]), np.array([[0, 1, 2]], np.int32))
    return state


@pytest.mark.parametrize(("value", "left"), [(1, [3]), (2, [3]), (3, [0, 1, 2, 3])])
def test_a_cap_counts_a_week(value, left):
    state = shown_on([0, 1, 7, 8]).at(8, 1)  # day 2 to 8: two showings
    pool = pool_of([0, 1, 2, 3], [4, 3, 2, 1], state=state)
    found = Cap(value).arranged(pool, 4).items[0]
    assert found[found >= 0].tolist() == left


def test_what_is_ignored_counts_for_good():
    state = shown_on([0, 1, 7, 8])
    pool = pool_of([0, 1, 2, 3], [4, 3, 2, 1], state=state)
    assert Ignored(5).arranged(pool, 4).items.tolist() == [[0, 1, 2, 3]]
    assert Ignored(4).arranged(pool, 4).items.tolist() == [[3, -1, -1, -1]]


def test_categories_by_name():
    known = evidence(catalogue(category=["Hats", "Shoes|Hats", None, "Sports + Fun"]))
    assert Categories("hats").fitted(known).allowed.tolist() == [True, True, False, False]
    assert Categories("Shoes|Sports + Fun").fitted(known).allowed.tolist() == [False, True, False, True]
    assert Categories("Shoes", "without").fitted(known).allowed.tolist() == [True, False, True, True]
    assert Categories("Shoes|Sports + Fun", "without").title == "without Shoes, Sports + Fun"
    with pytest.raises(ModelError, match=r"Category 'Hat' was not found. Known: .*Did you mean 'Hats'\?"):
        Categories("Hat").fitted(known)
    with pytest.raises(ModelError, match=r"only needs to know the items' categories, and the catalogue names none"):
        Categories("Hats").fitted(evidence())
    with pytest.raises(ModelError, match=r"without needs one or more categories of the catalogue"):
        make_policy("svd+without")


@pytest.mark.parametrize(
    "columns",
    [
        {"stock": [3, 0, np.nan, -1]},
        {"In Stock": ["yes", "no", None, "Out of stock"]},
        {"available": [True, False, True, False]},
        {"availability": pd.array([True, False, None, False], dtype="boolean")},
        {"price": [1.0, 2, 3, 4], "inventory": ["12", "0", "many", "sold-out"]},
    ],
)
def test_stock_as_tables_say_it(columns):
    assert InStock().fitted(evidence(catalogue(**columns))).allowed.tolist() == [True, False, True, False]


def test_without_a_stock_column_it_says_what_to_load():
    sentence = (
        r"in_stock needs an item table with a column stock, in_stock or available. The items have: price, item_id"
    )
    with pytest.raises(ModelError, match=sentence):
        InStock().fitted(evidence(catalogue(price=[1, 2, 3, 4])))
    with pytest.raises(ModelError, match=r"The items have: no table"):
        InStock().fitted(evidence())
    with pytest.raises(ModelError, match=r"in_stock takes no value; '3' was given"):
        make_policy("svd+in_stock:3")


def test_rules_that_leave_nothing_are_named():
    with pytest.raises(ModelError, match=r"Popularity \+ only books \+ without books: its rules leave no item"):
        make_policy("popularity+only:books+without:books").refit(small_state().world.history)


def test_most_of_a_kind_by_hand():
    shares = np.array([[1.0, 0], [1, 0], [1, 0], [0.5, 0.5], [0, 1], [0, 0]])
    stage = Most(2, Kinds.of(sparse.csr_array(shares)))
    pool = pool_of([0, 1, 2, 3, 4, 5], -np.arange(6))
    # After two of x no more x, not even in part; then nothing else is left.
    assert stage.arranged(pool, 6).items.tolist() == [[0, 1, 4, 5, 2, 3]]
    assert Most(1, stage.kinds).arranged(pool, 3).items.tolist() == [[0, 4, 5, 1, 2, 3]]


def test_new_is_the_fifth_that_fewest_have():
    state = small_state()
    history = state.world.history
    new = New(0.2).fitted(Evidence(history)).new
    assert 0.2 <= new.mean() < 0.4  # items with as few users as the last of the fifth are new too
    assert history.item_users[new].max() < history.item_users[~new].min()


def test_new_items_among_the_candidates_come_first():
    new = np.zeros(40, bool)
    new[[7, 9]] = True
    pool = pool_of([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], -np.arange(10), slate_size=5)
    found = New(0.4, new).arranged(pool, 5)  # 2 of 5: one by the third place, two by the fifth
    assert found.items[0, :5].tolist() == [0, 1, 7, 2, 9]
    assert New(0.0, new).arranged(pool, 5) is pool


def test_a_share_of_new_is_met_whatever_the_candidates():
    state = small_state()
    units = np.arange(60)
    new = np.zeros(40, bool)
    new[28:] = True
    pool = pool_of(np.tile(np.arange(20), (60, 1)), -np.arange(20), state=state, units=units, slate_size=7)
    found = New(0.3, new).arranged(pool, 7).items[:, :7]  # 2.1 of 7: 3
    fresh = (state.seen.toarray()[:, 28:] == 0).sum(axis=1)
    assert (new[found].sum(axis=1) == np.minimum(3, fresh)).all()
    assert not (state.seen.toarray()[units[:, None], found] * new[found] > 0).any()
    assert all(len(set(row)) == 7 for row in found.tolist())


def test_stages_that_the_catalogue_has_nothing_for_are_not_possible():
    full = {"price": [1, 2], "category": ["Hats", "Shoes"], "in_stock": [True, False]}
    assert possible(catalogue(**full)) == tuple(STAGES)
    bare = set(possible(catalogue(price=[1, 2])))
    assert set(STAGES) - bare == {"only", "without", "in_stock"}
