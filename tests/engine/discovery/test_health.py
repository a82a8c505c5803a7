"""Discovery health: three arms that can be read across, and a plain sentence."""

import json

import numpy as np
import pytest

from engine.discovery.health import MEASURES, health, recent_items
from engine.evaluation import evaluate
from engine.metrics.gini import gini
from engine.metrics.lists import exposure
from engine.splitting import split
from tests.engine.logs import make_log, random_log

CATEGORIES = {"category": ["Drama", "Action", "Comedy", "Action", "Drama"] * 5}


@pytest.fixture(scope="module")
def log():
    return random_log(items=CATEGORIES)


@pytest.fixture(scope="module")
def parts(log):
    return split(log, "random", test_share=0.25)


@pytest.fixture(scope="module")
def popular(log, parts):
    return evaluate(log, parts, "popularity", k=5)


@pytest.fixture(scope="module")
def measured(log, parts, popular):
    return health(log, parts, popular.ranking, title="Popularity")


def test_the_popularity_model_equals_the_popularity_yardstick(measured):
    assert measured.model.measures == measured.popularity.measures


def test_figures_agree_with_the_leaderboard(measured, popular):
    for ours, theirs in [("catalogue_coverage", "coverage"), ("gini", "gini"), ("novelty", "novelty")]:
        assert measured.model.measures[ours].value == pytest.approx(popular.metrics[theirs].value)


def test_every_measure_has_a_value_or_a_reason(measured):
    for arm in (measured.model, measured.history, measured.popularity):
        assert tuple(arm.measures) == MEASURES
        for name, one in arm.measures.items():
            assert (one.value is None) == bool(one.reason), name


def test_a_random_model_spreads_and_popularity_lifts(log, parts, measured):
    spread = health(log, parts, evaluate(log, parts, "random", k=5).ranking).model.measures
    popular = measured.model.measures
    assert spread["gini"].value < popular["gini"].value
    assert spread["personalisation"].value > popular["personalisation"].value
    assert spread["popularity_lift"].value < popular["popularity_lift"].value


def test_history_is_the_most_recent_different_items():
    log = make_log([(0, 1, 1), (0, 2, 2), (0, 4, 3), (0, 1, 4), (1, 0, 5), (0, 3, 6)], n_users=3)
    rows = np.array([True, True, True, True, True, False])
    assert recent_items(log, rows, 2).tolist() == [[1, 4], [0, -1], [-1, -1]]


def test_history_is_measured_as_a_list_is(log, parts, measured):
    shown = exposure(recent_items(log, parts.fit_rows, 5), log.n_items)
    assert measured.history.measures["gini"].value == pytest.approx(gini(shown))


def test_without_categories_the_reason_is_told():
    log = random_log(n_rows=200)
    parts = split(log)
    measured = health(log, parts, evaluate(log, parts, "popularity", k=5).ranking)
    for name in ("category_diversity", "miscalibration"):
        assert measured.model.measures[name].value is None
        assert "no categories" in measured.model.measures[name].reason


def test_the_sentence_reads_the_lorenz_curve(measured):
    tenth = measured.model.lorenz[90, 1]
    assert measured.sentence.startswith(f"10% of items get {measured.model.top_tenth:.0%} of exposure")
    assert measured.model.top_tenth == pytest.approx(1 - tenth, abs=0.1)


def test_the_json_holds_everything(measured):
    figures = json.loads(json.dumps(measured.to_dict(), allow_nan=False))
    assert set(figures["model"]["measures"]) == set(MEASURES)
    assert len(figures["history"]["lorenz"]) == 101
