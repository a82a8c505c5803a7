import re

import numpy as np
import pandas as pd
import pytest

from engine.deeds import Deeds
from engine.models import MODELS, make_model, reasons
from engine.models.carriers import shared_choices
from engine.models.neighbour_parts import neighbours
from tests.engine.models.cases import preferences, random_preferences

ITEMS = pd.DataFrame({"item_id": [f"i{n}" for n in range(11)], "title": [f"Title {n}" for n in range(10)] + [None]})
TITLED = ITEMS.assign(title=[f"Title {n}" for n in range(11)])
# Users 0 and 1 agree, user 2 does not; user 3 and item 5 are unknown.
TRAIN = preferences(
    user=[0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
    item=[0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 4],
    value=[5, 4, 1, 5, 4, 1, 5, 1, 2, 5, 4],
    n_users=4,
    n_items=6,
)


def sentences(model, train, items, user, recommended, **options):
    return [reason.sentence for reason in reasons(model, train, items, user, np.array(recommended), **options)]


def reason(name, item, *, user=0, train=TRAIN, **params):
    return sentences(make_model(name, params).fit(train), train, ITEMS, user, [item])[0]


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_one_plain_sentence_for_every_item_and_user(name, user_based, explicit):
    train = random_preferences(5, explicit=explicit)
    params = {"user_based": user_based} if name.startswith("knn") else {}
    model = make_model(name, params).fit(train)
    for user in (0, 3, train.n_users - 1):  # the last two are unknown
        told = sentences(model, train, ITEMS, user, np.arange(train.n_items))
        assert len(told) == train.n_items
        for sentence in told:
            assert len(sentence) > 10
            assert not re.search(r"nan|None|\[|array", sentence)
            assert sentence[0].isupper()


def test_no_recommendations_no_reasons():
    assert reasons(make_model("random").fit(TRAIN), TRAIN, ITEMS, 0, np.array([], dtype=int)) == []


def test_popularity_counts_people():
    assert reason("popularity", 0) == "Rated by 3 people"
    assert reason("popularity", 3) == "Rated by 1 person"
    assert reason("popularity", 5) == "Rated by nobody yet"


def test_random_says_so():
    assert reason("random", 0) == "Picked at random"
    assert reason("normal_predictor", 0).startswith("Picked at random")


def test_similar_people_are_those_that_were_used():
    # Items 3 and 4 have one rater each; user 1 is alike and user 2 is not, but both similarities are positive.
    assert reason("knn_basic", 3) == "The person most like you who rated it gave it 5.0"
    assert reason("knn_basic", 4) == "The person most like you who rated it gave it 4.0"
    # msd similarities: 1 with user 0 itself and user 1, 1 / (1 + 36/3) with user 2.
    mean = (5 + 5 + 1 / 13) / (2 + 1 / 13)
    because = "Because you gave 5 to Title 0 and 1 to Title 2"
    assert reason("knn_basic", 0) == f"{because}: the 3 people most like you who rated it gave it {mean:.1f} on average"
    assert reason("knn_basic", 0, k=2) == "The 2 people most like you who rated it gave it 5.0 on average"
    # Pearson with user 2 is negative: nobody is left.
    assert reason("knn_basic", 4, similarity="pearson") == "Too few people like you rated it, so it gets an average"
    assert "its baseline" in reason("knn_baseline", 4, similarity="pearson")


def test_similar_items_are_named_nearest_first():
    model = make_model("knn_basic", {"user_based": False}).fit(TRAIN)
    near = neighbours(model, TRAIN.of_users(np.array([0])), 3)
    assert (np.diff(near.closeness) <= 0).all()
    assert set(near.codes) == {0, 1, 2}
    # Without the 5 the mean of 5, 4 and 1 falls most; without the 4 too it falls no further.
    assert reason("knn_basic", 3, user_based=False) == "Similar to Title 0, which you rated"


@pytest.mark.parametrize("user_based", [True, False])
def test_the_named_neighbours_make_up_the_score(user_based):
    train = random_preferences(9)
    model = make_model("knn_basic", {"user_based": user_based, "k": 3}).fit(train)
    scores = model.score(np.arange(train.n_users))
    for user in range(train.n_users):
        for item in range(train.n_items):
            near = neighbours(model, train.of_users(np.array([user])), item)
            assert bool(len(near.codes)) <= (model.known.user_mask[user] and model.known.item_mask[item])
            if len(near.codes):
                assert np.average(near.values, weights=near.closeness) == pytest.approx(scores[user, item])


def test_factor_models_name_what_draws_the_hidden_traits_towards_the_item():
    model = make_model("svd", {"n_factors": 4}, seed=2).fit(TRAIN)
    history = TRAIN.of_users(np.array([0]))
    codes, amounts = model.leanings(history, 3)
    errors = history.value - model.known.mean - model.item_bias[history.item]
    towards = errors * (model.item_factors[[0, 1, 2]] @ model.item_factors[3])
    assert codes.tolist() == [0, 1, 2]
    assert amounts == pytest.approx(20 * 0.005 * towards)
    (why,) = reasons(model, TRAIN, ITEMS, 0, np.array([3]))
    assert all(amounts[code] > 0 for code in why.items)
    assert why.sentence.startswith(f"Because you gave {TRAIN.value[why.items[0]]:g} to Title {why.items[0]}")
    assert "no history" in reason("svd", 3, user=3)
    assert "Nobody rated it" in reason("svd", 5)


def test_baseline_tells_the_item_bias():
    model = make_model("baseline_only").fit(TRAIN)
    bias = model.item_bias[3]
    assert bias > 0
    own = model.user_bias[2]
    assert own < -0.005
    told = f"Rated {bias:.2f} higher than the average item, whoever looks; you rate {-own:.2f} lower than most"
    assert reason("baseline_only", 3, user=2) == told
    assert reason("baseline_only", 3) == told.split("; ")[0] + "; you rate as most do"


def test_slope_one_tells_the_mean_difference():
    # User 1 alone has item 3 (5) beside items 0, 1, 2 (5, 4, 1): differences 0, 1 and 4.
    # User 0 rated those 5, 4 and 1, so each foretells a 5 for item 3: none above the others.
    assert reason("slope_one", 3) == "Rated 1.67 higher than the 3 items of yours it was compared with"
    # Item 4 is user 2's, who gave the others 1, 2, 5: they foretell 8, 6 and 0.
    expected = "Rated 1.33 higher than the 3 items of yours it was compared with, most of all for Title 0 and Title 1"
    assert reason("slope_one", 4) == expected


def test_an_item_without_title_goes_by_its_id():
    train = preferences([0, 1, 1], [10, 10, 9], [5, 5, 5], 2, 11)
    assert "i10" in reason("knn_basic", 9, train=train, user_based=False)
    no_titles = ITEMS[["item_id"]]
    model = make_model("knn_basic", {"user_based": False}).fit(train)
    assert sentences(model, train, no_titles, 0, [9]) == ["Similar to i10, which you rated"]


HISTORY = random_preferences(6, n_users=40, n_items=11, pairs=200, unknown=0)


@pytest.mark.parametrize("name", ["ease", "item_knn", "slim"])
def test_in_a_linear_model_a_part_is_exactly_what_it_takes_away(name):
    model = make_model(name).fit(HISTORY)
    for user in range(12):
        mine = HISTORY.item[HISTORY.user == user]
        others = np.setdiff1d(np.arange(11), mine)
        for item, why in zip(others, reasons(model, HISTORY, ITEMS, user, others), strict=True):
            history = HISTORY.of_users(np.array([user]))
            without = model.score_new(history.take(~np.isin(history.item, why.items)))[0, item]
            items, amounts = model.contributions(user, item)
            lost = amounts[np.isin(items, why.items)].sum()
            assert (lost > 0) == bool(why.items)
            if len(why.items) < len(mine):
                assert model.score(np.array([user]))[0, item] - without == pytest.approx(lost)


def test_the_parts_of_user_side_ease_add_up_and_are_what_they_take_away():
    model = make_model("user_ease", {"weighted": True, "penalty": 5.0}).fit(HISTORY)
    history, item = HISTORY.of_users(np.array([4])), 3
    scores = {4: model.score(np.array([4]))[0, item], None: model.score_new(history)[0, item]}
    for user, score in scores.items():
        items, amounts = shared_choices(model, history, item, user=user)
        assert np.array_equal(items, history.item)
        assert amounts.sum() == pytest.approx(score)
    for place in range(len(items)):
        without = model.score_new(history.take(np.arange(len(items)) != place))[0, item]
        assert scores[None] - without == pytest.approx(amounts[place])


def test_user_side_ease_names_what_is_shared_with_those_who_speak_for_an_item():
    model = make_model("user_ease").fit(HISTORY)
    people, amounts = model.supporters(0, 3)
    speaking = people[amounts > 0]
    (why,) = reasons(model, HISTORY, ITEMS, 0, np.array([3]))
    a, b = why.items
    alike = sum(bool({a, b} & set(HISTORY.item[HISTORY.user == one])) for one in speaking)
    together = f"as did {alike} of the {len(speaking)} people who speak for it"
    assert why.sentence == f"Because you rated Title {a} and Title {b}, {together}"


def test_a_fusion_names_the_items_of_its_strongest_member_that_carry_the_fused_score():
    model = make_model("fusion").fit(HISTORY)
    (why,) = reasons(model, HISTORY, ITEMS, 0, np.array([3]))
    place, rank, points = model.votes_for(0, 3)[0]
    assert points == pytest.approx(model.weights[place] / (10 + rank))
    assert why.items
    assert re.fullmatch(r"Because you rated .* \(number \d+ by .*\)", why.sentence)


def test_whoever_has_no_history_is_told_so():
    train = HISTORY.take(HISTORY.user != 3)
    share = train.item_users[2] / len(np.unique(train.user))
    (sentence,) = sentences(make_model("ease").fit(train), train, ITEMS, 3, [2])
    assert sentence == f"You have no history here, so it goes by how many chose it: {share:.1%} of people"


def test_what_people_did_is_told_in_the_words_of_the_log():
    model = make_model("ease").fit(HISTORY)
    a, b = (why := reasons(model, HISTORY, ITEMS, 0, np.array([3]))[0]).items
    bought = Deeds("chose", "viewed", {a: "bought"})
    (told,) = sentences(model, HISTORY, ITEMS, 0, [3], deeds=bought)
    assert told == f"Because you bought Title {a} and viewed Title {b}"
    (told,) = sentences(model, HISTORY, ITEMS, 0, [3], deeds=Deeds(own="watched"))
    assert told == f"Because you watched Title {a} and Title {b}"
    assert why.sentence == f"Because you rated Title {a} and Title {b}"


PARAMS = {"svd_pp": {"n_epochs": 3}, "bpr": {"iterations": 20}, "session_knn": {"gap_minutes": 100_000.0}}
NAMING = [(name, PARAMS.get(name, {})) for name in MODELS] + [
    (name, {"user_based": False}) for name in MODELS if name.startswith("knn")
]
SILENT = {"random", "normal_predictor", "popularity", "baseline_only", "co_clustering", "group_popularity"}
"""Models in which nothing the user had carries a score, or not one item more than another."""
BY_THE_END = {"sequence", "session_knn"}
"""Models that go by the end of a history: without it, another end may speak for an item more still."""


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize(("name", "params"), NAMING)
def test_without_the_items_a_reason_names_the_score_falls(name, params, explicit, folded):
    train = random_preferences(6, n_users=40, n_items=11, pairs=200, unknown=0, explicit=explicit)
    model = make_model(name, params).fit(train)
    told = 0
    for user in range(6):
        history = had = train.of_users(np.array([user]))
        others = np.setdiff1d(np.arange(11), history.item)[:4]
        whose = (history, 0) if folded else (train, user)
        found = reasons(model, whose[0], TITLED, whose[1], others, folded=folded)
        if name in SILENT:
            assert not any(why.items for why in found)
            assert not any("Because" in why.sentence for why in found)
            continue
        if not folded and hasattr(model, "learned_of"):  # untouched items among it: then it is the trained score itself
            history = model.learned_of(user, had)
            assert model.score_new(history)[0, others] == pytest.approx(model.score(np.array([user]))[0, others])
        scores = model.score_new(history)[0]
        for item, why in zip(others, found, strict=True):
            assert set(why.items) <= set(had.item)
            assert all(f"Title {code}" in why.sentence for code in why.items[:2])
            if not why.items:
                assert "Because" not in why.sentence
                continue
            told += 1
            left = history.take(~np.isin(history.item, why.items))
            without = model.score_new(left)[0, item]
            assert without < scores[item] or not len(left) or name in BY_THE_END
            assert without != pytest.approx(scores[item], rel=1e-9, abs=0)
    if name not in SILENT:
        assert told > (4 if name == "stacked" else 8)  # times and popularity have a say in it


@pytest.mark.parametrize(("name", "share"), [("svd", 0.9), ("svd_pp", 0.9), ("nmf", 0.8), ("bpr", 0.6)])
def test_trained_again_without_the_items_named_hidden_traits_mostly_score_lower(name, share):
    params = {"bpr": {"iterations": 60, "factors": 8}, "svd_pp": {"n_epochs": 10}}.get(name, {})
    model = make_model(name, params).fit(HISTORY)
    fell = []
    for user in range(12):
        had = HISTORY.item[HISTORY.user == user]
        item = np.setdiff1d(np.arange(11), had)[0]
        (why,) = reasons(model, HISTORY, TITLED, user, np.array([item]))
        if why.items:
            rest = HISTORY.take(~((HISTORY.user == user) & np.isin(HISTORY.item, why.items)))
            again = make_model(name, params).fit(rest)
            fell.append(again.score(np.array([user]))[0, item] < model.score(np.array([user]))[0, item])
    assert len(fell) > 5
    assert np.mean(fell) >= share
