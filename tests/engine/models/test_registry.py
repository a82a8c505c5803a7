import json

import numpy as np
import pytest
import surprise

from engine.errors import ModelError
from engine.models import MODELS, PRESETS, check_params, make_model
from tests.engine.models.cases import ALGORITHMS, random_preferences

NAMES = [
    "random",
    "popularity",
    "normal_predictor",
    "baseline_only",
    "knn_basic",
    "knn_with_means",
    "knn_with_zscore",
    "knn_baseline",
    "svd",
    "svd_pp",
    "nmf",
    "slope_one",
    "co_clustering",
]
RANKERS = [
    "ease",
    "user_ease",
    "als",
    "item_knn",
    "bpr",
    "slim",
    "content",
    "sequence",
    "session_knn",
    "group_popularity",
    "hybrid",
    "fusion",
    "stacked",
]


def test_every_model_is_listed_once():
    assert list(MODELS) == NAMES + RANKERS
    for name, info in MODELS.items():
        assert info.name == name
        assert info.description.endswith(".")
        assert info.when_to_use.endswith(".")
        assert info.predicts_ratings == (name not in ("random", "popularity", *RANKERS))
        assert info.on_events.endswith(".")
        assert info.source


@pytest.mark.parametrize("name", MODELS)
def test_parameters_are_documented_plain_data_within_their_own_ranges(name):
    defaults = check_params(name, None)
    assert json.loads(json.dumps(defaults)) == defaults
    assert check_params(name, defaults) == defaults
    for param in MODELS[name].params:
        assert param.help.endswith(".")
        assert param.expected


@pytest.mark.parametrize("name", ["svd", "svd_pp", "nmf", "co_clustering"])
def test_every_parameter_of_surprise_is_there_with_its_default(name):
    algorithm = getattr(surprise, ALGORITHMS[name])
    fresh = vars(algorithm())
    mine = check_params(name, None)
    for option, value in fresh.items():
        if option in ("random_state", "verbose", "bsl_options", "sim_options"):
            continue
        overall = mine.get(option.split("_")[0] + "_all")
        assert (mine[option] if mine[option] is not None else overall) == value, option


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("knn")])
def test_neighbour_defaults_are_surprise_defaults(name):
    fresh = getattr(surprise, ALGORITHMS[name])()
    mine = check_params(name, {})
    assert (mine["k"], mine["min_k"]) == (fresh.k, fresh.min_k)
    assert mine["user_based"] is fresh.sim_options["user_based"]


@pytest.mark.parametrize(
    ("name", "params", "sentence"),
    [
        ("svd", {"n_factors": 0}, "n_factors of svd must be a whole number from 1 to 1000; it was 0."),
        ("svd", {"n_factors": 2.5}, "n_factors of svd must be a whole number from 1 to 1000; it was 2.5."),
        ("svd", {"n_factors": True}, "n_factors of svd must be a whole number from 1 to 1000; it was True."),
        ("svd", {"n_factors": None}, "n_factors of svd must be a whole number from 1 to 1000; it was None."),
        ("svd", {"lr_all": "fast"}, "lr_all of svd must be a number from 0 to 1; it was 'fast'."),
        ("svd", {"lr_bu": float("nan")}, "lr_bu of svd must be a number from 0 to 1 or empty; it was nan."),
        ("svd", {"biased": 1}, "biased of svd must be true or false; it was 1."),
        (
            "knn_basic",
            {"similarity": "jaccard"},
            "similarity of knn_basic must be one of cosine, msd, pearson, pearson_baseline; it was 'jaccard'.",
        ),
        ("popularity", {"k": 3}, "popularity has no parameters; 'k' was given. Leave it out."),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(name, params, sentence):
    with pytest.raises(ModelError) as caught:
        make_model(name, params)
    assert str(caught.value) == sentence


def test_near_misses_are_suggested():
    with pytest.raises(ModelError, match="Did you mean 'n_factors'"):
        check_params("svd", {"n_factor": 3})
    with pytest.raises(ModelError, match="Did you mean 'svd_pp'"):
        make_model("svdpp")


def test_whole_numbers_pass_as_floats_and_back():
    params = check_params("svd", {"n_factors": 20.0, "lr_all": 0})
    assert (params["n_factors"], type(params["n_factors"])) == (20, int)
    assert (params["lr_all"], type(params["lr_all"])) == (0.0, float)


def test_presets_train():
    assert list(PRESETS) == ["Fast", "Balanced", "Accurate"]
    train = random_preferences(0)
    for preset in PRESETS.values():
        for name, params in preset.models.items():
            assert np.isfinite(make_model(name, params).fit(train).score(np.arange(3))).all()
