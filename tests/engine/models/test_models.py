"""What every model holds whatever the algorithm: same seed same bits, blocks, degenerate data, events."""

import pickle

import numpy as np
import pytest

from engine.errors import ModelError
from engine.models import MODELS, make_model, top_k
from engine.models.negatives import with_negatives
from tests.engine.models.cases import SIMILARITIES, preferences, random_preferences

QUICK = {"svd_pp": {"n_epochs": 3}, "bpr": {"iterations": 5}}
ALL = [pytest.param(name, QUICK.get(name, {}), id=name) for name in MODELS]
ALL += [pytest.param("knn_baseline", {"user_based": False}, id="knn_baseline by items")]
ALL += [
    pytest.param("knn_baseline", {"similarity": similarity}, id=f"knn_baseline {similarity}")
    for similarity in SIMILARITIES
]


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize(("name", "params"), ALL)
def test_same_seed_same_scores_in_any_block_and_after_pickling(name, params, explicit):
    train = random_preferences(3, explicit=explicit)
    users = np.arange(train.n_users)
    model = make_model(name, params, seed=7).fit(train)
    scores = model.score(users)
    assert scores.shape == (train.n_users, train.n_items)
    assert np.isfinite(scores).all()
    again = make_model(name, params, seed=7).fit(train)
    assert np.array_equal(again.score(users), scores)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).score(users), scores)  # noqa: S301  # our own
    for user in (0, 3, 13):
        np.testing.assert_allclose(model.score(np.array([user]))[0], scores[user], rtol=0, atol=1e-12)
    np.testing.assert_allclose(model.score(users[::-1]), scores[::-1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["random", "normal_predictor", "svd", "nmf", "co_clustering", "als", "bpr"])
def test_another_seed_another_list(name):
    train = random_preferences(3, n_users=40, n_items=30, pairs=500)
    scores = [make_model(name, seed=seed).fit(train).score(np.arange(40)) for seed in (1, 2)]
    assert not np.allclose(*scores)


@pytest.mark.parametrize(("name", "params"), ALL)
@pytest.mark.parametrize(
    "train",
    [
        pytest.param(preferences([0], [0], [4], 1, 1), id="one pair"),
        pytest.param(preferences([0, 0, 0], [0, 1, 2], [4, 2, 5], 1, 4), id="one user"),
        pytest.param(preferences([0, 1, 2], [0, 0, 0], [4, 2, 5], 4, 1), id="one item"),
        pytest.param(preferences([0, 0, 1, 1], [0, 1, 0, 1], [3, 3, 3, 3], 3, 3), id="all equal"),
        pytest.param(preferences([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 2, 1], 3, 3, (0, 5), False), id="events"),
        pytest.param(preferences([0, 0, 1], [0, 1, 0], [1, 1, 1], 2, 2, (0, 1), False), id="full events"),
        pytest.param(preferences([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0], 2, 2, (0, 1), False), id="all zero"),
    ],
)
def test_degenerate_data_gives_finite_scores(name, params, train):
    if train.n_items == 1 and name in ("content", "hybrid"):  # one item is like no other
        with pytest.raises(ModelError, match="The catalogue has one item, which is like no other"):
            make_model(name, params).fit(train)
        return
    scores = make_model(name, params).fit(train).score(np.arange(train.n_users))
    assert scores.shape == (train.n_users, train.n_items)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", [name for name in MODELS if name != "random"])
def test_no_rows_is_one_sentence(name):
    for explicit, words in ((True, "no ratings"), (False, "no weighted events")):
        with pytest.raises(ModelError, match=f"There are {words} to learn from"):
            make_model(name).fit(preferences([], [], [], 3, 3, explicit=explicit))


def test_random_needs_no_rows():
    assert make_model("random").fit(preferences([], [], [], 3, 4)).score(np.arange(3)).shape == (3, 4)


def test_a_value_that_is_no_number_is_one_sentence():
    with pytest.raises(ModelError, match="not a finite number"):
        make_model("svd").fit(preferences([0, 1], [0, 1], [np.nan, 1], 2, 2))


def test_runaway_training_is_named():
    with pytest.raises(ModelError, match=r"SVD did not converge.*Lower the learning rate"):
        make_model("svd", {"lr_all": 1.0, "n_epochs": 200}).fit(random_preferences(1))


def test_popularity_counts_users_and_random_ranks_evenly():
    train = random_preferences(2)
    scores = make_model("popularity").fit(train).score(np.array([0, 5]))
    assert np.array_equal(scores, np.tile(train.item_users, (2, 1)))
    model = make_model("random", seed=4).fit(preferences([], [], [], 6000, 10))
    first = top_k(model, np.arange(6000), 1).items[:, 0]
    assert np.abs(np.bincount(first, minlength=10) / 600 - 1).max() < 0.2


def test_normal_predictor_has_surprise_mean_and_sigma():
    import surprise

    from engine.models.trainset import surprise_trainset

    train = random_preferences(2, n_users=300, n_items=200, pairs=5000)
    theirs = surprise.NormalPredictor().fit(surprise_trainset(train)[0])
    model = make_model("normal_predictor", seed=1).fit(train)
    assert model.mean == pytest.approx(theirs.trainset.global_mean, abs=1e-12)
    assert model.sigma == pytest.approx(theirs.sigma, abs=1e-12)
    scores = model.score(np.arange(300))
    assert scores.mean() == pytest.approx(model.mean, abs=4 * model.sigma / np.sqrt(scores.size))
    assert scores.std() == pytest.approx(model.sigma, rel=0.02)


class TestNegatives:
    def test_each_pair_gets_as_many_unobserved_items_of_its_user(self):
        train = random_preferences(1, n_users=40, n_items=30, pairs=200, explicit=False)
        more = with_negatives(train, 2, np.random.default_rng(0))
        assert np.array_equal(more.user_items, 3 * train.user_items)
        cells = more.user.astype(int) * more.n_items + more.item
        assert (np.diff(cells) > 0).all()  # sorted, no pair twice
        observed = np.isin(cells, train.user.astype(int) * train.n_items + train.item)
        assert np.array_equal(more.value[observed], train.value)
        assert (more.value[~observed] == 0).all()

    def test_a_user_with_nearly_everything_gets_what_is_left(self):
        train = preferences([0, 0, 0, 1], [0, 1, 3, 2], [1, 1, 1, 1], 2, 4, (0.0, 1.0), False)
        more = with_negatives(train, 3, np.random.default_rng(0))
        assert more.user_items.tolist() == [4, 4]

    def test_every_unobserved_item_is_as_likely(self):
        n = 20_000
        users = np.arange(n)
        train = preferences(np.repeat(users, 2), np.tile([1, 4], n), np.ones(2 * n), n, 7, (0.0, 1.0), False)
        more = with_negatives(train, 1, np.random.default_rng(3))
        drawn = np.bincount(more.item[more.value == 0], minlength=7)
        assert drawn[[1, 4]].tolist() == [0, 0]
        expected = 2 * n / 5
        assert np.abs(drawn[[0, 2, 3, 5, 6]] - expected).max() < 4.5 * np.sqrt(expected)

    def test_events_alone_teach_the_difference(self):
        # Two groups that only choose their own half: what was never shown to be chosen must rank below.
        rng = np.random.default_rng(0)
        user = np.repeat(np.arange(60), 8)
        item = np.concatenate([rng.permutation(20)[:8] + 20 * (u % 2) for u in range(60)])
        train = preferences(user, item, np.ones(len(user)), 60, 40, (0.0, 1.0), False)
        for name, params in {"svd": {"n_epochs": 200}, "knn_baseline": {}, "nmf": {}}.items():
            ranking = top_k(make_model(name, params).fit(train), np.arange(60), 5, exclude=train.matrix)
            own = (ranking.items // 20) == (np.arange(60) % 2)[:, None]
            assert own.mean() > 0.55, name  # 0.375 by chance

    def test_none_at_all_when_told_so(self):
        train = random_preferences(1, explicit=False)
        model = make_model("baseline_only", {"negatives": 0}).fit(train)
        assert model.known.mean == pytest.approx(train.value.mean())
