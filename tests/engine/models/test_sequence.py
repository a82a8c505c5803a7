"""Sequence and session neighbours: what follows what, written out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ModelError
from engine.models import make_model, reasons, top_k
from tests.engine.models.cases import item_table, preferences, random_preferences

# Times follow the order of the rows: tea, milk, rice for users 0 and 1; tea, figs for 2; milk, tea for 3.
TEA, MILK, RICE, FIGS, SALT = range(5)
TRAIN = preferences(
    user=[0, 0, 0, 1, 1, 1, 2, 2, 3, 3],
    item=[TEA, MILK, RICE, TEA, MILK, RICE, TEA, FIGS, MILK, TEA],
    value=np.ones(10),
    n_users=5,
    n_items=5,
    scale=(0, 1),
    explicit=False,
)
PLAIN = {"order": 1, "window": 1, "memory": 0.0}


def score(user, **params):
    return make_model("sequence", params).fit(TRAIN).score(np.array([user]))[0]


class TestSequence:
    def test_shares_of_what_came_next_after_the_last(self):
        # After tea: milk, milk, figs.
        np.testing.assert_allclose(score(3, **PLAIN), [0, 2 / 3, 0, 1 / 3, 0], atol=1e-8)

    def test_later_steps_count_less(self):
        # After tea: milk twice and figs once at step 1, rice twice at step 2.
        expected = np.array([0, 2, 2 * 0.5, 1, 0]) / 4
        np.testing.assert_allclose(score(3, **PLAIN | {"window": 2, "decay": 0.5}), expected, atol=1e-8)

    def test_items_before_the_last_count_by_memory(self):
        # User 3 had milk, then tea; after milk: rice, rice, tea.
        expected = np.array([0.5 / 3, 2 / 3, 0.5 * 2 / 3, 1 / 3, 0])
        np.testing.assert_allclose(score(3, **PLAIN | {"memory": 0.5}), expected, atol=1e-8)

    def test_the_last_two_together(self):
        model = make_model("sequence", PLAIN | {"order": 2}).fit(TRAIN)
        new = preferences([0, 0], [TEA, MILK], [1, 1], 1, 5, (0, 1), False)
        # Tea then milk was followed by rice both times: 2 / (2 + 5) of the score; after milk: rice 2, tea 1 of 3.
        expected = np.array([1 / 3 * 5 / 7, 0, 2 / 7 + 2 / 3 * 5 / 7, 0, 0])
        np.testing.assert_allclose(model.score_new(new)[0], expected, atol=1e-8)

    def test_reasons_name_what_it_follows(self):
        items = item_table(5)
        model = make_model("sequence", PLAIN).fit(TRAIN)
        named, other = map(str, reasons(model, TRAIN, items, 3, np.array([MILK, SALT])))
        assert named == f"People go on to it after {items['title'][TEA]}, which you chose"
        assert other == "Not seen to follow what you chose; it goes by how many chose it"

    def test_the_reason_of_two(self):
        train = preferences(
            np.concatenate([np.repeat(np.arange(9), 3), [9, 9]]),
            np.concatenate([np.tile([TEA, MILK, RICE], 9), [TEA, MILK]]),
            np.ones(29),
            10,
            5,
            (0, 1),
            False,
        )
        items = item_table(5)
        (sentence,) = reasons(
            make_model("sequence", PLAIN | {"order": 2}).fit(train), train, items, 9, np.array([RICE])
        )
        tea, milk = items["title"][[TEA, MILK]]
        assert str(sentence) == f"Chosen next after {tea} and then {milk}, your last two"


class TestSessions:
    def test_near_sessions_add_their_nearness(self):
        model = make_model("session_knn").fit(TRAIN)
        assert model.sessions.shape == (4, 5)
        # User 3's last session: milk (1/2), tea (1), length sqrt(1.25).
        first = (0.5 + 1) / np.sqrt(1.25) / np.sqrt(3)  # tea, milk, rice: twice
        third = 1 / np.sqrt(1.25) / np.sqrt(2)  # tea, figs
        found = model.score(np.array([3]))[0]
        assert found[RICE] == pytest.approx(2 * first)
        assert found[FIGS] == pytest.approx(third)
        assert found[SALT] == 0

    def test_only_the_nearest_count(self):
        nearest = make_model("session_knn", {"k": 1}).fit(TRAIN).score(np.array([3]))[0]
        assert nearest[[RICE, FIGS]] == pytest.approx([0, 0], abs=1e-6)  # the user's own session is nearest

    def test_the_nearest_as_a_plain_loop_finds_them_equally_near_ones_first_come(self):
        train = random_preferences(3, n_users=25, n_items=9, pairs=120)
        train = replace(train, time=np.random.default_rng(3).integers(4, size=len(train)) * 3600)
        model = make_model("session_knn", {"k": 4, "gap_minutes": 30}).fit(train)
        held = model.sessions.toarray()
        for user in np.flatnonzero(train.user_items):
            mine = np.lexsort((train.item, train.time, train.user))
            mine = mine[train.user[mine] == user]
            last = mine[train.time[mine] == train.time[mine].max()]
            own = np.zeros(9)
            own[train.item[last]] = np.arange(1, len(last) + 1) / len(last)
            cosine = held @ (own / np.linalg.norm(own)) / np.sqrt(held.sum(axis=1))
            nearest = np.argsort(-cosine.round(12), kind="stable")[:4]
            expected = cosine[nearest] @ held[nearest]
            np.testing.assert_allclose(model.score(np.array([user]))[0], expected, atol=1e-8)

    def test_a_break_begins_another_session(self):
        model = make_model("session_knn", {"gap_minutes": 5}).fit(TRAIN)  # rows are ten minutes apart
        assert model.sessions.shape == (10, 5)
        assert make_model("session_knn", {"gap_minutes": 15}).fit(TRAIN).sessions.shape == (4, 5)

    def test_the_reason_counts_sessions(self):
        model = make_model("session_knn").fit(TRAIN)
        items = item_table(5)
        named, other = map(str, reasons(model, TRAIN, items, 3, np.array([RICE, SALT])))
        near = f"{items['title'][TEA]} and {items['title'][MILK]}"
        assert named == f"In 2 of the 4 sessions nearest to your last one, near it by {near}"
        assert other == "In none of the sessions nearest to your last one; it goes by how many chose it"


@pytest.mark.parametrize("name", ["sequence", "session_knn"])
class TestBoth:
    def test_without_times_is_one_sentence(self, name):
        with pytest.raises(ModelError, match=r"the log has no times\. Map a time column"):
            make_model(name).fit(replace(TRAIN, time=None))

    def test_cycles_are_learned(self, name):
        start = np.arange(60) % 12
        item = (start[:, None] + np.arange(4)) % 12
        train = preferences(np.repeat(np.arange(60), 4), item.ravel(), np.ones(240), 60, 12, (0, 1), False)
        first = top_k(make_model(name).fit(train), np.arange(60), 1, exclude=train.matrix).items[:, 0]
        near = np.isin((first - item[:, -1]) % 12, [1, 8] if name == "session_knn" else [1])
        assert near.all()


def test_one_user_with_one_item():
    train = random_preferences(1)
    new = preferences([0], [4], [3], 1, 11)
    for name in ("sequence", "session_knn"):
        assert np.isfinite(make_model(name).fit(train).score_new(new)).all()
