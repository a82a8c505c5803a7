"""Stacked: what is asked, what is learned, that nothing but training is seen, and reasons that hold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.metrics.ndcg import ndcg
from engine.models import make_model, top_k
from engine.models.members import advisers, candidates
from engine.models.reasons import reasons
from engine.models.stacked import _column
from tests.engine.models.cases import item_table, preferences, random_preferences

TIMES = {"Close in time", "Popular at the time"}


def world(seed=0, n_users=150, n_items=60):
    """Users of two countries, each with its own half of the items, in an order that tells nothing."""
    rng = np.random.default_rng(seed)
    country = np.arange(n_users) % 2
    liked = (np.arange(n_items) % 2 == country[:, None]) * 2.0 - 0.03 * np.arange(n_items) % 1
    drawn = np.argsort(-(liked + rng.gumbel(size=liked.shape)), axis=1)[:, :12]
    order = rng.permutation(n_users * 12)
    user, item = np.repeat(np.arange(n_users), 12)[order], drawn.ravel()[order]
    found = preferences(user, item, rng.integers(1, 6, len(user)), n_users, n_items)
    users = pd.DataFrame({"user_id": np.arange(n_users).astype(str), "country": np.where(country == 1, "NO", "SE")})
    return replace(found, users=users)


@pytest.fixture(scope="module")
def split_world():
    whole = world()
    test = np.random.default_rng(1).random(len(whole)) < 0.25
    return whole.take(~test), whole.take(test)


@pytest.fixture(scope="module")
def fitted(split_world):
    return make_model("stacked", seed=3).fit(split_world[0])


def test_who_is_asked_depends_on_what_there_is():
    whole = world()
    titles = {member.title for member in advisers(whole)}
    assert titles == TIMES | {"Popularity", "Content", "Popular in groups"}
    assert TIMES.isdisjoint(member.title for member in advisers(replace(whole, time=None)))
    assert {m.title for m in advisers(replace(whole, items=None, users=None))} == TIMES | {"Popularity"}


def test_it_ranks_no_worse_than_what_it_is_made_of(split_world, fitted):
    train, test = split_world
    asked = np.flatnonzero(test.user_items)

    def quality(model):
        return ndcg(top_k(model, asked, 10, exclude=train.matrix).items, test.matrix[asked]).mean()

    alone = [quality(member) for member in fitted.members]
    assert quality(fitted) > np.mean(alone) + 0.02
    assert quality(fitted) > max(alone) - 0.03  # the best of eleven is best by luck too
    assert fitted.weights[fitted.titles.index("Popular in groups")] > 0
    assert set(fitted.validation_ndcg) == {member.title for member in candidates(train)}


def test_the_parts_add_up_to_the_score(fitted):
    np.testing.assert_allclose(fitted.parts(5).sum(axis=0), fitted.score(np.array([5]))[0], atol=1e-9)
    new = world(seed=9).of_users(np.array([4]))
    np.testing.assert_allclose(fitted.parts_new(new).sum(axis=0), fitted.score_new(new)[0], atol=1e-9)


def test_columns_have_mean_0_and_deviation_1_over_what_is_left(split_world, fitted):
    train = split_world[0]
    users = np.array([2, 7])
    had = train.matrix[users].toarray() != 0
    for member, adds_up in zip(fitted.members, fitted.adds_up, strict=True):
        column = _column(member, adds_up, users, had)
        for user in (0, 1):
            left = column[user, ~had[user]]
            assert left.mean() == pytest.approx(0, abs=1e-9)
            assert left.std() == pytest.approx(1) or not left.any()


@pytest.mark.parametrize("missing", ["time", "items", "users"])
def test_it_works_without_times_and_tables(missing):
    train = replace(random_preferences(5, n_users=30, n_items=20, pairs=200), **{missing: None})
    model = make_model("stacked", seed=1).fit(train)
    assert np.isfinite(model.score(np.arange(30))).all()


def test_a_catalogue_too_large_to_compare_leaves_ease_out():
    rng = np.random.default_rng(0)
    item = rng.permutation(16_000)
    train = preferences(item % 2, item, np.ones(16_000), 2, 16_000)
    titles = [member.title for member in candidates(train)]
    assert titles == ["User-side EASE", "ALS", "Item neighbours", "BPR"]


def test_without_anything_to_hold_back_list_makers_count_the_same():
    model = make_model("stacked").fit(preferences([0, 1, 2], [0, 1, 1], [4, 2, 5], 3, 3))
    makers = len(model.weights) - len(advisers(preferences([0, 1, 2], [0, 1, 1], [4, 2, 5], 3, 3)))
    assert model.weights.tolist() == [1.0] * makers + [0.0] * (len(model.weights) - makers)
    assert model.validation_ndcg == {}


def test_the_loudest_voice_gives_the_reason(split_world, fitted):
    train = split_world[0]
    recommended = top_k(fitted, np.array([11]), 5, exclude=train.matrix).items[0]
    groups = fitted.titles.index("Popular in groups")
    told = reasons(fitted, train, item_table(60), 11, recommended)
    for item, reason in zip(recommended, told, strict=True):
        if fitted.parts(11)[:, item].argmax() == groups:
            assert str(reason) == "Popular with people of country NO, who choose it more than others do"
    assert any("country NO" in str(reason) for reason in told)
