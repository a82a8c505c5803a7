import re

import numpy as np
import pandas as pd
import pytest

from engine.deeds import Deeds
from engine.models import MODELS, make_model, reasons
from engine.models.base import FoldsIn
from engine.models.carriers import shared_choices
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
    assert reason("knn_basic", 0) == f"The 3 people most like you who rated it gave it {mean:.1f} on average"
    assert reason("knn_basic", 0, k=2) == "The 2 people most like you who rated it gave it 5.0 on average"
    # Pearson with user 2 is negative: nobody is left.
    assert reason("knn_basic", 4, similarity="pearson") == "Too few people like you rated it, so it gets an average"
    assert "its baseline" in reason("knn_baseline", 4, similarity="pearson")


def test_similar_items_are_named_nearest_first():
    model = make_model("knn_basic", {"user_based": False}).fit(TRAIN)
    places, closeness = model.neighbours(0, 3)
    assert (np.diff(closeness) <= 0).all()
    near = TRAIN.item[places][:2]
    expected = f"Similar to Title {near[0]} and Title {near[1]}, which you rated"
    assert reason("knn_basic", 3, user_based=False) == expected


@pytest.mark.parametrize("user_based", [True, False])
def test_the_named_neighbours_make_up_the_score(user_based):
    train = random_preferences(9)
    model = make_model("knn_basic", {"user_based": user_based, "k": 3}).fit(train)
    scores = model.score(np.arange(train.n_users))
    for user in range(train.n_users):
        for item in range(train.n_items):
            places, closeness = model.neighbours(user, item)
            if model.known.user_mask[user] and model.known.item_mask[item] and len(places):
                assert np.average(model.ratings.data[places], weights=closeness) == pytest.approx(scores[user, item])


def test_factor_models_name_the_closest_of_the_history():
    model = make_model("svd", {"n_factors": 4}, seed=2).fit(TRAIN)
    factors = model.item_factors / np.maximum(np.linalg.norm(model.item_factors, axis=1, keepdims=True), 1e-300)
    cosine = factors[[0, 1, 2]] @ factors[3]
    best = int(np.argmax(cosine))
    (sentence,) = sentences(model, TRAIN, ITEMS, 0, [3])
    assert cosine[best] > 0
    assert sentence.startswith(f"Closest to Title {best}")
    assert "no history" in reason("svd", 3, user=3)
    assert "Nobody rated it" in reason("svd", 5)


def test_baseline_tells_the_item_bias():
    model = make_model("baseline_only").fit(TRAIN)
    bias = model.item_bias[3]
    assert bias > 0
    assert reason("baseline_only", 3) == f"Rated {bias:.2f} higher than the average item, whoever looks"


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
NAMING = [(name, PARAMS.get(name, {})) for name in MODELS] + [("knn_basic", {"user_based": False})]
SILENT = {"random", "normal_predictor", "popularity", "baseline_only", "co_clustering", "group_popularity"}
"""Models in which nothing the user had carries a score, or not one item more than another."""


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize(("name", "params"), NAMING)
def test_without_the_items_a_reason_names_the_score_is_another(name, params, explicit, folded):
    train = random_preferences(6, n_users=40, n_items=11, pairs=200, unknown=0, explicit=explicit)
    model = make_model(name, params).fit(train)
    if folded and not isinstance(model, FoldsIn):
        pytest.skip("serves nobody it was not trained on")
    told = refitted = 0
    for user in range(8):
        history = train.of_users(np.array([user]))
        others = np.setdiff1d(np.arange(11), history.item)[:4]
        whose = (history, 0) if folded else (train, user)
        scores = (model.score_new(history) if isinstance(model, FoldsIn) else model.score(np.array([user])))[0]
        for item, why in zip(others, reasons(model, whose[0], TITLED, whose[1], others, folded=folded), strict=True):
            assert set(why.items) <= set(history.item)
            for code in why.items[:2]:
                assert f"Title {code}" in why.sentence
            if not why.items:
                assert "Because" not in why.sentence
                continue
            told += 1
            if isinstance(model, FoldsIn):
                without = model.score_new(history.take(~np.isin(history.item, why.items)))[0, item]
                emptied = len(why.items) == len(history)
                assert without < scores[item] or emptied or name in ("sequence", "session_knn")
                assert without != pytest.approx(scores[item], rel=1e-9, abs=0)
            elif refitted < 6:
                refitted += 1
                rest = train.take(~((train.user == user) & np.isin(train.item, why.items)))
                without = make_model(name, params).fit(rest).score(np.array([user]))[0, item]
                assert without != pytest.approx(scores[item], rel=1e-9, abs=0)
    by_users = name.startswith("knn") and not params
    if name in SILENT or by_users or (name == "slope_one" and not explicit):
        assert told == 0
    else:
        assert told > (5 if name == "stacked" else 15)  # times and popularity have a say in it
