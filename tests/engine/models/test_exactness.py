"""Every score equals Surprise's own ``predict(..., clip=False)`` on the same rows, within 1e-9."""

import numpy as np
import pytest
import surprise
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.models import make_model
from tests.engine.models.cases import (
    ALGORITHMS,
    ML_100K,
    NEIGHBOURS,
    SIMILARITIES,
    preferences,
    random_preferences,
    surprise_scores,
)

SEED = 5
SEEDED = {"svd", "svd_pp", "nmf", "co_clustering"}
SLOW = {"n_epochs": 3}


def assert_equal_to_surprise(name, train, params=None, **surprise_options):
    options = {"random_state": SEED} if name in SEEDED else {}
    if name in NEIGHBOURS or name == "baseline_only":
        options["verbose"] = False
    expected = surprise_scores(getattr(surprise, ALGORITHMS[name])(**options, **surprise_options), train)
    users = np.arange(train.n_users)
    actual = make_model(name, params, seed=SEED).fit(train).score(users)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ALGORITHMS)
def test_defaults(name, seed):
    assert_equal_to_surprise(name, random_preferences(seed))


@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("name", NEIGHBOURS)
def test_neighbours_in_every_configuration(name, similarity, user_based):
    for seed, (k, min_k, min_support) in enumerate([(40, 1, 1), (3, 1, 1), (2, 2, 2), (1, 1, 3), (2, 3, 1)]):
        assert_equal_to_surprise(
            name,
            random_preferences(seed, pairs=60, step=0.5 if seed % 2 else 1.0),
            {
                "k": k,
                "min_k": min_k,
                "similarity": similarity,
                "user_based": user_based,
                "min_support": min_support,
                "shrinkage": 10,
            },
            k=k,
            min_k=min_k,
            sim_options={
                "name": similarity,
                "user_based": user_based,
                "min_support": min_support,
                "shrinkage": 10,
            },
        )


@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("name", NEIGHBOURS)
def test_ties_among_the_nearest_keep_surprise_order(name, user_based):
    # Two values only, so that almost all similarities are tied and the order of equals decides.
    rng = np.random.default_rng(8)
    cells = rng.permutation(20 * 15)[:170]
    train = preferences(cells // 15, cells % 15, rng.integers(4, 6, len(cells)), 20, 15)
    for k in (1, 2, 4):
        assert_equal_to_surprise(
            name,
            train,
            {"k": k, "user_based": user_based},
            k=k,
            sim_options={"user_based": user_based},
        )


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("name", NEIGHBOURS)
def test_many_users_and_few_give_the_same_bits_by_items(name, similarity, monkeypatch):
    rng = np.random.default_rng(6)
    cells = rng.permutation(60 * 25)[:700]
    cells = cells[(cells // 25 != 7) & (cells % 25 != 11)]
    train = preferences(cells // 25, cells % 25, rng.integers(2, 6, len(cells)), 61, 26)
    params = {"k": 4, "min_k": 2, "user_based": False, "similarity": similarity}
    model = make_model(name, params).fit(train)
    users = np.array([5, 60, 7, 0, 5, *range(20, 45)])
    few = model.score(users)  # 30, below the switch
    monkeypatch.setattr("engine.models.neighbours.WALK_FROM", 1)
    assert np.array_equal(model.score(users), few)


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ({"method": "sgd"}, {"method": "sgd"}),
        ({"method": "sgd", "n_epochs": 4, "reg": 0.3, "learning_rate": 0.02},) * 2,
        ({"method": "als", "n_epochs": 3, "reg_u": 2.0, "reg_i": 0.0},) * 2,
    ],
)
def test_baseline_options(params, options):
    train = random_preferences(1)
    assert_equal_to_surprise("baseline_only", train, params, bsl_options=options)
    prefixed = {f"baseline_{name}": value for name, value in params.items()}
    assert_equal_to_surprise("knn_baseline", train, prefixed, bsl_options=options)
    for name in ("knn_basic", "knn_baseline"):
        assert_equal_to_surprise(
            name,
            train,
            {"similarity": "pearson_baseline", "shrinkage": 0.0, **prefixed},
            bsl_options=options,
            sim_options={"name": "pearson_baseline", "shrinkage": 0},
        )


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("svd", {"biased": False}),
        ("svd", {"n_factors": 1, "lr_all": 0.02, "reg_all": 0.1, "init_mean": 0.1, "init_std_dev": 0.3}),
        ("svd", {"lr_bu": 0.01, "lr_bi": 0.02, "lr_pu": 0.03, "lr_qi": 0.04}),
        ("svd", {"reg_bu": 0.1, "reg_bi": 0.2, "reg_pu": 0.3, "reg_qi": 0.4}),
        ("svd_pp", {"n_factors": 3, "n_epochs": 4, "lr_yj": 0.02, "reg_yj": 0.3, "cache_ratings": True}),
        ("nmf", {"biased": True, "n_factors": 4, "reg_bu": 0.1, "reg_bi": 0.2, "lr_bu": 0.01, "lr_bi": 0.02}),
        ("nmf", {"reg_pu": 0.2, "reg_qi": 0.3, "init_low": 0.1, "init_high": 0.6, "n_epochs": 7}),
        ("co_clustering", {"n_cltr_u": 2, "n_cltr_i": 4, "n_epochs": 6}),
        ("co_clustering", {"n_cltr_u": 1, "n_cltr_i": 1}),
    ],
)
def test_parameters_reach_surprise(name, params):
    assert_equal_to_surprise(name, random_preferences(2), params, **params)


@pytest.mark.parametrize("name", ["slope_one", "co_clustering"])
def test_one_step_keeps_even_surprise_cut_of_fractions(name):
    assert_equal_to_surprise(name, random_preferences(4, step=0.5))


@pytest.mark.parametrize("name", ["slope_one", "co_clustering"])
def test_steps_spare_the_fractions(name):
    train = random_preferences(4, step=0.5)
    doubled = preferences(train.user, train.item, train.value * 2, train.n_users, train.n_items, (2.0, 10.0))
    algorithm = getattr(surprise, ALGORITHMS[name])(**({"random_state": SEED} if name in SEEDED else {}))
    expected = surprise_scores(algorithm, doubled) / 2
    actual = make_model(name, {"steps": 2}, seed=SEED).fit(train).score(np.arange(train.n_users))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9)


ratings = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(1, 5), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    ratings,
    st.sampled_from(sorted(ALGORITHMS)),
    st.sampled_from(["msd", "pearson"]),
    st.booleans(),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_any_small_data(cells, name, similarity, user_based, k, min_k):
    # Surprise's z-score is 0 / 0 where no value differs from another.
    assume(name != "knn_with_zscore" or len(set(cells.values())) > 1)
    users, items = zip(*cells, strict=True)
    train = preferences(users, items, list(cells.values()), 6, 6)
    if name in NEIGHBOURS:
        given_params = {"k": k, "min_k": min_k, "similarity": similarity, "user_based": user_based}
        sim_options = {"name": similarity, "user_based": user_based}
        assert_equal_to_surprise(name, train, given_params, k=k, min_k=min_k, sim_options=sim_options)
    else:
        assert_equal_to_surprise(name, train)


@pytest.fixture(scope="module")
def ml_100k_sample():
    if not ML_100K.exists():
        pytest.skip("the optional MovieLens 100K folder is absent")
    rows = np.loadtxt(ML_100K, dtype=np.int64, usecols=(0, 1, 2))
    rows = rows[(rows[:, 0] <= 100) & (rows[:, 1] <= 150)]  # items far beyond stay unknown
    return preferences(rows[:, 0] - 1, rows[:, 1] - 1, rows[:, 2], 102, 153)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_real_ratings(name, ml_100k_sample):
    params = SLOW if name == "svd_pp" else {}
    assert_equal_to_surprise(name, ml_100k_sample, params, **params)


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_real_ratings_by_items(similarity, ml_100k_sample):
    options = {"name": similarity, "user_based": False}
    params = {"similarity": similarity, "user_based": False}
    assert_equal_to_surprise("knn_baseline", ml_100k_sample, params, sim_options=options)
