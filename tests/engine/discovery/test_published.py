"""What others found in feedback loops, found again in small worlds; each test names its source.

Both worlds are fitted to logs in which what is popular is also what people come across (confounded data). Items are
not shown again to who took them, so that levels of popularity fall as the popular is used up: results are stated
beside an arm that lives through the same.
"""

import numpy as np
import pytest

from engine.discovery.bands import band
from engine.discovery.study import study as run_study
from engine.policies import make_policy
from engine.world import fit_world
from tests.engine.logs import make_log

MINORITY = 0.2


def confounded_log(users, items, per_user):
    """A fifth of the users like a quarter of the catalogue best, which for the others is nothing special."""
    rng = np.random.default_rng(3)
    few, niche = np.arange(users) < MINORITY * users, np.arange(items) % 4 == 0
    reach = (1 + rng.permutation(items)) ** -0.7 * np.where(niche, 0.5, 1.0)
    rows = []
    for user in range(users):
        liking = np.where(niche == few[user], 6.0, 1.0) * np.exp(0.8 * rng.normal(size=items))
        chance = reach * liking / (reach * liking).sum()
        rows += [(user, int(item), float(rng.uniform(0, 40))) for item in rng.choice(items, per_user, False, chance)]
    return make_log(rows, n_users=users, n_items=items, items={"category": np.where(niche, "niche", "main").tolist()})


def policies(*specs):
    return {spec: lambda luck, spec=spec: make_policy(spec, seed=luck) for spec in specs}


@pytest.fixture(scope="module")
def trained_often_and_once():
    world = fit_world(confounded_log(300, 120, 15), np.random.default_rng(0))
    arms = policies("item_knn", "ease")
    return [run_study(world, arms, rounds=6, users=200, seeds=3, retrain_every=often) for often in (1, None)]


@pytest.fixture(scope="module")
def study():
    world = fit_world(confounded_log(400, 250, 20), np.random.default_rng(0))
    arms = policies("popularity", "item_knn", "item_knn+calibrated:0.7", "item_knn+epsilon:0.2")
    few = world.user < MINORITY * 400
    return run_study(world, arms, rounds=6, users=300, seeds=3, segments={"few": few})


@pytest.mark.parametrize("model", ["item_knn", "ease"])
def test_homogenisation_grows_with_retraining_on_confounded_data(trained_often_and_once, model):
    """Chaney, Stewart & Engelhardt 2018 (RecSys): trained again and again on what it led
    users to choose, a recommender makes similar users overlap more than under the ideal recommender, and more than
    a recommender that was trained once.
    """
    often, once = trained_often_and_once
    at = often.arm(model)
    beyond = often.by_round("similar_overlap", against="oracle")
    assert beyond.value[at, -1, 0] > beyond.value[at, 2, 0] > beyond.value[at, 0, 0]
    assert beyond.low[at, -1, 0] > 0
    assert beyond.value[at, -1, 0] > once.by_round("similar_overlap", against="oracle").value[at, -1, 0] + 0.05


def test_who_chooses_for_themselves_is_not_homogenised(trained_often_and_once):
    """The other side of Chaney et al. 2018: their random recommender lies below the ideal one."""
    found = trained_often_and_once[0]
    beyond = found.by_round("similar_overlap", against="oracle").high[:, -1, 0]
    assert beyond[found.arm("random")] < 0
    assert beyond[found.arm("none")] < 0


@pytest.mark.parametrize("model", ["popularity", "item_knn"])
def test_popularity_is_amplified_more_for_minority_users(study, model):
    """Mansoury et al. 2020 ("Feedback loop and bias amplification in recommender systems", CIKM): what
    is recommended is more popular than what users had chosen, most so for the smaller group, whose taste the data
    hold less of. Part of it needs no recommender, for who had the unpopular comes across the popular next; what is
    asserted is beyond that.
    """
    lift = study.total("popularity_lift")
    assert band(lift[..., 0]).low[study.arm(model)] > 0
    further = lift[..., study.group("few")] - lift[..., study.group("everybody")]
    beyond = band(further - further[:, [study.arm("none")]])
    assert beyond.low[study.arm(model)] > 0
    assert beyond.value[study.arm(model)] > 0.05
    assert abs(beyond.value[study.arm("random")]) < 0.05


@pytest.mark.parametrize(
    ("remedy", "measure", "group"),
    [
        ("calibrated:0.7", "popularity_lift", "few"),
        ("epsilon:0.2", "popularity_lift", "few"),
        ("epsilon:0.2", "similar_overlap", "everybody"),
    ],
)
def test_calibration_and_exploration_reduce_it(study, remedy, measure, group):
    """Calibration gives a group the share of a list that its history has (Steck 2018, RecSys);
    exploration shows what feedback alone never would (Mansoury et al. 2020; Chaney et al. 2018).
    Both lift popularity less for the minority, exploration also undoes homogenisation. Calibration
    by category need not: within a category similar users still see the same.
    """
    found = study.total(measure)[..., study.group(group)]
    assert band(found - found[:, [study.arm("item_knn")]]).high[study.arm(f"item_knn+{remedy}")] < 0


def test_calibration_gives_the_minority_its_own(study):
    """Steck 2018: it mends what the minority is shown, at little cost to the others."""
    lift = study.total("popularity_lift")
    mended = (lift - lift[:, [study.arm("item_knn")]])[:, study.arm("item_knn+calibrated:0.7")].mean(axis=0)
    assert mended[study.group("few")] < 2 * mended[study.group("everybody")] < 0


def test_exploration_opens_the_catalogue(study):
    """Exploration feeds the tail (Chaney et al. 2018): more is consumed, and less unequally."""
    base, at = study.arm("item_knn"), study.arm("item_knn+epsilon:0.2")
    assert study.last("coverage", "item_knn").low[at, 0] > 0
    assert study.last("gini", "item_knn").high[at, 0] < 0
    assert not study.last("gini", "item_knn").value[base].any()
