import re

import numpy as np
import pandas as pd
import pytest

from engine.models import MODELS, make_model, reasons
from tests.engine.models.cases import preferences, random_preferences

ITEMS = pd.DataFrame({"item_id": [f"i{n}" for n in range(11)], "title": [f"Title {n}" for n in range(10)] + [None]})
# Users 0 and 1 agree, user 2 does not; user 3 and item 5 are unknown.
TRAIN = preferences(
    user=[0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
    item=[0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 4],
    value=[5, 4, 1, 5, 4, 1, 5, 1, 2, 5, 4],
    n_users=4,
    n_items=6,
)


def reason(name, item, *, user=0, train=TRAIN, **params):
    return reasons(make_model(name, params).fit(train), train, ITEMS, user, np.array([item]))[0]


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_one_plain_sentence_for_every_item_and_user(name, user_based, explicit):
    train = random_preferences(5, explicit=explicit)
    params = {"user_based": user_based} if name.startswith("knn") else {}
    model = make_model(name, params).fit(train)
    for user in (0, 3, train.n_users - 1):  # the last two are unknown
        sentences = reasons(model, train, ITEMS, user, np.arange(train.n_items))
        assert len(sentences) == train.n_items
        for sentence in sentences:
            assert len(sentence) > 10
            assert not re.search(r"nan|None|\[|array", sentence)
            assert sentence[0].isupper()


def test_no_recommendations_no_reasons():
    assert reasons(make_model("random").fit(TRAIN), TRAIN, ITEMS, 0, np.array([], dtype=int)) == []


def test_popularity_counts_people():
    assert reason("popularity", 0) == "Chosen by 3 people"
    assert reason("popularity", 3) == "Chosen by 1 person"
    assert reason("popularity", 5) == "Chosen by nobody yet"


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
    sentence = reasons(model, TRAIN, ITEMS, 0, np.array([3]))[0]
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
    assert reason("slope_one", 3) == "Rated 1.67 higher than the 3 items of yours it was compared with"


def test_an_item_without_title_goes_by_its_id():
    train = preferences([0, 1, 1], [10, 10, 9], [5, 5, 5], 2, 11)
    assert "i10" in reason("knn_basic", 9, train=train, user_based=False)
    no_titles = ITEMS[["item_id"]]
    model = make_model("knn_basic", {"user_based": False}).fit(train)
    assert reasons(model, train, no_titles, 0, np.array([9])) == ["Similar to i10, which you rated"]


HISTORY = random_preferences(6, n_users=40, n_items=11, pairs=200, unknown=0)


@pytest.mark.parametrize("name", ["ease", "als", "item_knn", "slim"])
def test_removing_the_items_a_reason_names_lowers_the_score(name):
    model = make_model(name).fit(HISTORY)
    told = 0
    for user in range(12):
        mine = HISTORY.item[HISTORY.user == user]
        for item in np.setdiff1d(np.arange(11), mine):
            (sentence,) = reasons(model, HISTORY, ITEMS.assign(title=None), user, np.array([item]))
            named = [int(code) for code in re.findall(r"\bi(\d+)", sentence)]
            assert set(named) <= set(mine)
            history = HISTORY.of_users(np.array([user]))
            for code in named:
                without = model.score_new(history.take(history.item != code))[0, item]
                assert without != pytest.approx(model.score(np.array([user]))[0, item], abs=1e-12)
            if named and name != "als":  # in a linear model a part is exactly what it takes away
                without = model.score_new(history.take(~np.isin(history.item, named)))[0, item]
                items, amounts = model.contributions(user, item)
                lost = amounts[np.isin(items, named)].sum()
                assert lost > 0
                if len(named) < len(mine):
                    assert model.score(np.array([user]))[0, item] - without == pytest.approx(lost)
            told += bool(named)
    assert told > 20


def test_supporters_of_user_side_ease_are_counted():
    model = make_model("user_ease").fit(HISTORY)
    people, amounts = model.supporters(0, 3)
    assert np.array_equal(people, HISTORY.user[HISTORY.item == 3])
    assert amounts.sum() == pytest.approx(model.score(np.array([0]))[0, 3])
    n = int((amounts > 0).sum())
    assert reasons(model, HISTORY, ITEMS, 0, np.array([3])) == [f"Rated by {n} people whose choices foretell yours"]


def test_a_fusion_gives_the_reason_of_the_member_that_counts_most():
    model = make_model("fusion").fit(HISTORY)
    (sentence,) = reasons(model, HISTORY, ITEMS, 0, np.array([3]))
    place, rank, points = model.votes_for(0, 3)[0]
    assert points == pytest.approx(model.weights[place] / (10 + rank))
    (own,) = reasons(model.members[place], HISTORY, ITEMS, 0, np.array([3]))
    assert sentence == f"{own} (number {rank} by {model.titles[place]}, which counts most here)"


def test_whoever_has_no_history_is_told_so():
    train = HISTORY.take(HISTORY.user != 3)
    share = train.item_users[2] / len(np.unique(train.user))
    (sentence,) = reasons(make_model("ease").fit(train), train, ITEMS, 3, np.array([2]))
    assert sentence == f"You have no history here, so it goes by how many chose it: {share:.1%} of people"
