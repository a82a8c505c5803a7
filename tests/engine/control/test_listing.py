"""Lists with everybody's control honoured: one way for the page, the commands and the export."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.control import Control, blended, listed, listed_new, reasons_of
from engine.errors import DataError
from engine.models import make_model, top_k
from engine.pairs import seen_items
from engine.slate import had_these, slate, slate_new
from tests.engine.logs import make_log, random_log

KINDS = [f"{'Tea' if code % 2 else 'Cups'}|Gifts" if code % 5 == 0 else "Tea" for code in range(25)]
DATA = random_log(3, feedback="implicit", items={"category": KINDS, "title": [f"Item {code}" for code in range(25)]})
USERS = np.arange(DATA.n_users)
K = 6


@pytest.fixture(scope="module")
def ease():
    return make_model("ease").fit(DATA.preferences)


def lists(model, controls, users=USERS, k=K):
    return listed(DATA, model, users, k, controls=controls)


def test_who_decided_nothing_gets_the_models_own_list(ease):
    found = lists(ease, {})
    own = top_k(ease, USERS, K, exclude=seen_items(DATA))
    assert (found.ranking.items == own.items).all()
    assert np.array_equal(found.ranking.scores, own.scores, equal_nan=True)
    assert set(found.paths) == {"trained"}
    assert not found.popular.any()


def test_off_is_what_is_popular_with_everybody_and_concerns_nobody_else(ease):
    found = lists(ease, {4: Control(personalisation=0.0)})
    own, popular = lists(ease, {}), lists(make_model("popularity").fit(DATA.preferences), {})
    assert found.ranking.items[4].tolist() == popular.ranking.items[4].tolist() != own.ranking.items[4].tolist()
    assert (np.delete(found.ranking.items, 4, axis=0) == np.delete(own.ranking.items, 4, axis=0)).all()
    assert found.paths[4] == "popularity"
    assert found.popular[4].all()


def test_turned_down_lies_between(ease):
    found = lists(ease, {4: Control(personalisation=0.5)})
    assert found.paths[4] == "trained"
    assert found.popular[4].any()
    assert not found.popular[4].all()


@given(st.integers(0, 2**32), st.sampled_from([0.0, 1.0]))
def test_the_ends_of_the_dial_are_the_two_orders_themselves(seed, p):
    rng = np.random.default_rng(seed)
    personal, popular = rng.integers(0, 9, (3, 12)).astype(float), rng.integers(0, 9, 12).astype(float)
    mixed, by_popularity = blended(personal, popular, np.full(3, p))
    wanted = personal if p == 1 else np.tile(popular, (3, 1))
    assert (np.argsort(-mixed, kind="stable") == np.argsort(-wanted, kind="stable")).all()
    assert by_popularity.all() == (p == 0)


def test_a_blend_by_hand():
    # Personal ranks 1, 2, 3 and popular ranks 3, 2, 1, at p = 0.75.
    mixed, by_popularity = blended(np.array([[3.0, 2.0, 1.0]]), np.array([1.0, 2.0, 3.0]), np.array([0.75]))
    assert mixed[0] == pytest.approx([0.75 / 61 + 0.25 / 63, 1 / 62, 0.75 / 63 + 0.25 / 61])
    assert not by_popularity.any()


def test_hidden_items_and_categories_never_come(ease):
    own = lists(ease, {}).ranking.items[2]
    control = Control(hidden_items=(f"i{own[0]}", "gone"), hidden_categories=("Gifts", "gone"))
    found = lists(ease, {2: control}, k=25).ranking.items[2]
    gifts = {code for code in range(25) if "Gifts" in KINDS[code]}
    assert not {int(own[0]), *gifts} & set(found.tolist())
    left = set(range(25)) - gifts - {int(own[0])} - set(seen_items(DATA)[[2]].indices.tolist())
    assert set(found[found >= 0].tolist()) == left


def test_a_reset_serves_by_what_was_done_since(ease):
    times = DATA.interactions["time"][DATA.interactions["user"] == 7]
    halfway = times.sort_values().iloc[len(times) // 2]
    found = lists(ease, {7: Control(reset_at=halfway.to_pydatetime().replace(tzinfo=UTC))})
    assert found.paths[7] == "folded in"
    later = (DATA.interactions["user"] == 7) & (DATA.interactions["time"] > halfway)
    since = replace(DATA, interactions=DATA.interactions[(DATA.interactions["user"] != 7) | later])
    expected = top_k(
        make_known(ease, since), np.array([7]), K, exclude=seen_items(since)
    )  # what the same model says of somebody who did only that
    assert found.ranking.items[7].tolist() == expected.items[0].tolist()


def make_known(ease, data):
    class Known:
        def score(self, users):
            return ease.score_new(data.preferences.of_users(users))

    return Known()


def test_a_reset_to_this_day_leaves_nothing_personal_and_brings_items_back(ease):
    found = lists(ease, {7: Control(reset_at=datetime.now(UTC))})
    assert found.paths[7] == "popularity"
    assert found.ranking.items[7].tolist() == np.argsort(-DATA.preferences.item_users, kind="stable")[:K].tolist()


def test_without_times_a_reset_uses_nothing():
    log = make_log([(0, 0), (0, 1), (1, 1), (2, 2), (2, 1)])
    model = make_model("item_knn").fit(log.preferences)
    found = listed(log, model, np.arange(3), 2, controls={0: Control(reset_at=datetime(2020, 1, 1, tzinfo=UTC))})
    assert found.paths == ("popularity", "trained", "trained")


def test_a_model_that_cannot_fold_in_hands_over_to_content():
    model = make_model("normal_predictor").fit(DATA.preferences)
    times = DATA.interactions["time"][DATA.interactions["user"] == 7]
    found = lists(model, {7: Control(reset_at=times.median().to_pydatetime().replace(tzinfo=UTC))})
    assert found.paths[7] == "content"


def test_who_has_no_history_gets_what_is_popular():
    users = pd.concat([DATA.users, pd.DataFrame({"user_id": ["new"]})], ignore_index=True)
    data = replace(DATA, users=users)
    model = make_model("ease").fit(data.preferences)
    found = listed(data, model, np.array([3, data.n_users - 1]), K, controls={})
    assert found.paths == ("trained", "popularity")


def test_who_has_no_history_gets_what_is_popular_in_their_groups():
    rng = np.random.default_rng(0)
    rows = [(user, int(item) + 6 * (user % 2)) for user in range(40) for item in rng.permutation(6)[:3]]
    countries = {"country": [["NO", "SE"][user % 2] for user in range(42)]}
    data = make_log([*rows, *[(user, 11) for user in range(1, 39, 4)]], n_users=42, users=countries)
    model = make_model("ease").fit(data.preferences)
    found = listed(data, model, np.array([0, 40, 41]), 5, controls={41: Control(personalisation=0)})
    assert found.paths == ("trained", "groups", "popularity")
    own = make_model("group_popularity").fit(data.preferences).score(np.array([40]))
    assert found.ranking.items[1].tolist() == np.argsort(-own[0], kind="stable")[:5].tolist()
    assert (found.ranking.items[1] < 6).all()  # what people from Norway chose
    shown = slate(data, model, 40, k=5)
    assert shown.served.startswith("Popular with people of the same groups")
    assert shown.items["reason"].str.startswith("Popular with people of country").all()
    assert listed_new(data, model, had_these(data, np.array([])), K, control=Control()).paths == ("popularity",)


def test_blocks_do_not_matter(ease, monkeypatch):
    controls = {4: Control(personalisation=0.3), 9: Control(personalisation=0), 10: Control(hidden_items=("i0",))}
    whole = lists(ease, controls)
    monkeypatch.setattr("engine.control.listing.users_at_once", lambda _: 3)
    said = []
    parts = listed(DATA, ease, USERS, K, controls=controls, report=lambda *what: said.append(what))
    assert (parts.ranking.items == whole.ranking.items).all()
    assert parts.paths == whole.paths
    assert said[1] == ("Ranking users", 3, 40)


def test_somebody_new_is_served_by_what_they_name(ease):
    found = listed_new(DATA, ease, had_these(DATA, np.array([5, 3])), K, control=Control())
    assert found.paths == ("folded in",)
    assert not {3, 5} & set(found.ranking.items[0].tolist())
    assert listed_new(DATA, ease, had_these(DATA, np.array([])), K, control=Control()).paths == ("popularity",)


def test_reasons_are_of_what_served_the_item(ease):
    shown = slate_new(DATA, ease, np.array([5, 3]), k=3)
    assert shown.path == "folded in"
    assert all(re_named(reason, {"Item 3", "Item 5"}) for reason in shown.items["reason"])
    off = slate(DATA, ease, 4, k=3, control=Control(personalisation=0))
    assert off.items["reason"].str.startswith("Popular with everybody: ").all()
    assert off.served == "Popular with everybody: no history of theirs was used."
    half = slate(DATA, ease, 4, k=6, control=Control(personalisation=0.5))
    assert half.served.endswith("Turned down to 50%: blended with what is popular.")
    assert {reason.split(" ", 1)[0] for reason in half.items["reason"]} == {"Popular", "Because"}
    assert slate(DATA, ease, 4, k=3).items["reason"].str.startswith("Because you rated ").all()


def re_named(reason, names):
    return reason.startswith("Because you chose ") and set(reason[18:].split(" and ")) <= names


@pytest.mark.parametrize("name", ["hybrid", "content", "sequence", "session_knn", "user_ease", "fusion", "als"])
def test_every_model_that_folds_in_has_a_reason_for_a_new_history(name):
    model = make_model(name).fit(DATA.preferences)
    history = had_these(DATA, np.array([5, 3]))
    nothing = np.zeros(2, dtype=bool)
    items = np.array([1, 2])
    said = reasons_of(DATA, model, items, path="folded in", popular=nothing, user=None, history=history)
    assert len(said) == 2
    for why in said:
        assert set(why.items) <= {3, 5}
        assert bool(why.items) == any(f"Item {code}" in why.sentence for code in (3, 5))
    assert any(why.items for why in said) or name == "session_knn"  # in whose log every session has one item


def test_personalisation_beyond_its_range_is_one_sentence():
    with pytest.raises(DataError, match=r"Personalisation was 1\.5; it must be from 0 \(off\) to 1 \(full\)"):
        Control(personalisation=1.5)
