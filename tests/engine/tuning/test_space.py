"""Every model is searched where it can be told something, within what it may be told, and can be told again."""

import optuna
import pytest

from engine.models import MODELS, check_params
from engine.tuning.space import ranges, searched, suggest, suggestion
from tests.engine.logs import random_log

WITHOUT = {"random", "popularity", "normal_predictor"}


def proposals(space, fixed, n=40):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    return [suggest(study.ask(), space, fixed) for _ in range(n)]


@pytest.mark.parametrize("model", [name for name in MODELS if name not in WITHOUT])
def test_whatever_is_proposed_can_be_told_to_the_model_and_to_the_study_again(model):
    space = ranges(MODELS[model])
    assert space
    for params in proposals(space, {}):
        check_params(model, params)
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=2))
        study.enqueue_trial(suggestion(params, space))
        assert suggest(study.ask(), space, {}) == params


@pytest.mark.parametrize("model", MODELS)
def test_the_defaults_can_be_proposed(model):
    info = MODELS[model]
    space = ranges(info)
    study = optuna.create_study()
    study.enqueue_trial(suggestion({param.name: param.default for param in info.params}, space))
    assert check_params(model, suggest(study.ask(), space, {})) == check_params(model, {})
    assert all(each.words for each in space)


def test_models_that_learn_nothing_are_not_searched():
    assert {name for name in MODELS if not ranges(MODELS[name])} == WITHOUT


def test_from_nothing_a_number_is_tried_and_nothing_too():
    space = [each for each in ranges(MODELS["ease"]) if each.name == "attribute_weight"]
    assert space[0].words == "0 or 0.1 to 100"
    weights = [params["attribute_weight"] for params in proposals(space, {})]
    assert 10 < weights.count(0.0) < 30
    assert min(weight for weight in weights if weight) >= 0.1
    (negatives,) = [each for each in ranges(MODELS["svd"]) if each.name == "negatives"]
    assert negatives.words == "empty or 1 to 4"
    assert {params["negatives"] for params in proposals([negatives], {})} == {None, 1, 2, 3, 4}


def test_what_says_nothing_beside_the_others_is_not_proposed():
    space = ranges(MODELS["knn_baseline"])
    for params in proposals(space, {}):
        assert ("shrinkage" in params) == (params["similarity"] == "pearson_baseline")
        assert ("baseline_reg" in params) == (params["baseline_method"] == "sgd")
        assert ("baseline_reg_u" in params) == (params["baseline_method"] == "als")
    given = {"similarity": "pearson_baseline"}
    assert all("shrinkage" in params for params in proposals(ranges(MODELS["knn_basic"], given), given, n=3))


def test_speed_and_starting_points_are_left_alone():
    names = {each.name for info in MODELS.values() for each in ranges(info)}
    assert not names & {"cache_ratings", "init_mean", "init_std_dev", "init_low", "init_high", "steps"}
    assert {each.name for each in ranges(MODELS["svd"])} == {
        *("n_factors", "n_epochs", "biased", "lr_all", "reg_all", "negatives"),
    }


def test_what_the_data_has_not_is_not_searched():
    plain, told = random_log(1), random_log(1, items={"category": ["a", "b", "c", "d", "e"] * 5})
    assert "attribute_weight" not in {each.name for each in searched(plain, "ease")}
    assert "attribute_weight" in {each.name for each in searched(told, "ease")}
    assert "negatives" not in {each.name for each in searched(told, "svd", metric="rmse")}
    assert "penalty" not in {each.name for each in searched(told, "ease", {"penalty"})}
