"""Each use on a small shop: its truth has the sign it must have, under common random numbers."""

import numpy as np
import pytest

from engine.errors import DataError, ExperimentError, ModelError
from engine.policies import STAGES, make_policy, parse
from engine.uses import USES, find_use
from engine.uses.search import OFF_THE_QUERY
from engine.world import QUANTITIES, fit_world, run
from engine.world.policy import opening
from tests.engine.uses.shop import USERS, shop

SESSIONS, IMPRESSIONS, CLICKS, CARTS, PURCHASES, REVENUE, SUCCESSES = range(len(QUANTITIES))


@pytest.fixture(scope="module")
def data():
    return shop()


@pytest.fixture(scope="module")
def prepared(data):
    """The world of each use, of the same simulated users."""
    plain = fit_world(data, np.random.default_rng(1), users=600)
    return {name: use.ready(plain, data, np.random.default_rng(2)) for name, use in USES.items()}


def total(prepared, name, spec, **options):
    """What each unit did when all of them live under ``spec``, shape (units, quantities)."""
    world, policy = prepared[name], find_use(name).around(make_policy(spec))
    found = run(world, [policy], np.zeros(world.n_units, int), **({"days": 14, "slate_size": 5, "seed": 3} | options))
    return found.total()


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_preset_can_be_run_and_is_explained(use):
    specs = (use.control, *use.treatments)
    assert [str(parse(spec)) for spec in specs] == list(specs)
    assert use.question.endswith("?")
    assert use.source
    assert all(sentence.endswith(".") for sentence in use.explanation)


def test_an_unknown_use_is_told_of_the_nearest():
    with pytest.raises(ExperimentError, match=r"Use 'serch' was not found.*Did you mean 'search'"):
        find_use("serch")


# Search


@pytest.fixture(scope="module")
def searches(prepared):
    return {spec: total(prepared, "search", spec) for spec in ("popularity", "ease", "ease+mmr:0", "random")}


def test_personal_results_make_more_searches_succeed(searches):
    popular, personal = (searches[spec] for spec in ("popularity", "ease"))
    assert personal[:, SUCCESSES].sum() > 1.05 * popular[:, SUCCESSES].sum()
    assert (personal[:, SUCCESSES] <= personal[:, SESSIONS]).all()
    assert (personal[:, SUCCESSES] <= personal[:, CLICKS]).all()


def test_a_stage_without_weight_changes_no_search(searches):
    np.testing.assert_array_equal(searches["ease"], searches["ease+mmr:0"])


def test_results_answer_the_query_and_queries_follow_taste(prepared):
    world = prepared["search"]
    units = np.arange(world.n_units)
    state = opening(world, 5)
    policy = find_use("search").around(make_policy("popularity")).refit(world.history)
    asked = world.scene.asked(state, units)
    items = policy.slates(state, units, 5).items
    assert (items >= 0).all()
    assert (world.category[items] == asked[:, None]).all()
    other = world.scene.asked(state.at(1, 0), units)
    assert 0.2 < (asked == other).mean() < 0.9
    away = world.scene.utility(state, units, np.broadcast_to(np.arange(6), (len(units), 6)))
    assert set(np.unique(away)) == {OFF_THE_QUERY, 0.0}
    few = world.take(units[::7])
    np.testing.assert_array_equal(few.scene.asked(opening(few, 5), np.arange(few.n_units)), asked[::7])


# Promotions


@pytest.fixture(scope="module")
def promotions(prepared):
    use = find_use("promotions")
    return {spec: total(prepared, "promotions", spec) for spec in (use.control, *use.treatments, "ease+discount:0")}


def test_a_discount_sells_more_of_the_same_for_less(promotions):
    control, everybody = promotions["ease"], promotions["ease+discount:0.1"]
    np.testing.assert_array_equal(control[:, CLICKS], everybody[:, CLICKS])
    assert (everybody[:, PURCHASES] >= control[:, PURCHASES]).all()
    assert everybody[:, PURCHASES].sum() > 1.05 * control[:, PURCHASES].sum()
    same = everybody[:, PURCHASES] == control[:, PURCHASES]
    np.testing.assert_allclose(everybody[same, REVENUE], 0.9 * control[same, REVENUE])
    np.testing.assert_array_equal(control, promotions["ease+discount:0"])


def test_a_segments_discount_moves_the_segment_alone(prepared, promotions):
    control, thrifty = promotions["ease"], promotions["ease+discount_thrifty:0.1"]
    moved = (thrifty[:, REVENUE] != control[:, REVENUE]).nonzero()[0]
    users = prepared["promotions"].user[moved]
    assert len(moved) > 20
    assert (users < USERS // 2).mean() > 0.7  # those planted as thrifty
    lapsing = promotions["ease+discount_lapsing:0.1"]
    assert (lapsing[:, REVENUE] != control[:, REVENUE]).any()
    assert ((lapsing[:, REVENUE] == control[:, REVENUE]) | (lapsing[:, REVENUE] != thrifty[:, REVENUE])).any()


def test_prices_move_the_thrifty_more(prepared):
    world = prepared["promotions"]
    slope = world.scene.price_slope(opening(world, 0), np.arange(world.n_units))
    planted = world.user < USERS // 2
    assert slope[planted].mean() > 1.2 * slope[~planted].mean()
    assert "of the simulated users and costs revenue from the others" in world.notes[-1]


# Skill


def test_content_of_the_right_level_is_finished_more_often(prepared):
    usual, suited = (total(prepared, "skill", spec) for spec in ("ease", "ease+level:0.5"))
    assert suited[:, PURCHASES].sum() > 1.02 * usual[:, PURCHASES].sum()
    assert suited[:, CLICKS].sum() > usual[:, CLICKS].sum()


def test_skill_grows_with_what_is_had(prepared):
    world = prepared["skill"]
    state, units = opening(world, 0), np.arange(world.n_units)
    before = world.scene.skill(state, units)
    untouched = np.setdiff1d(np.arange(world.n_items), world.history.item[world.history.user == 7])[:5]
    had = np.sort(np.concatenate([state.seen_pairs, 7 * world.n_items + untouched]))
    after = world.scene.skill(type(state)(**(vars(state) | {"seen_pairs": had})), units)
    assert after[7] > before[7]
    np.testing.assert_array_equal(np.delete(after, 7), np.delete(before, 7))
    sample = world.scene.utility(state, units, np.broadcast_to(np.arange(world.n_items), (len(units), world.n_items)))
    assert sample.mean() == pytest.approx(0, abs=0.02)
    assert "of how their difficulty differs" in world.notes[-1]


# Onboarding


@pytest.fixture(scope="module")
def onboarded(prepared):
    return {
        spec: total(prepared, "onboarding", spec, days=7, retrain_every=None)
        for spec in ("popularity", "ease", "ease+ask:3")
    }


def test_asking_first_brings_early_clicks_and_costs_sessions(onboarded):
    popular, asked = onboarded["popularity"], onboarded["ease+ask:3"]
    assert asked[:, CLICKS].sum() > 1.1 * popular[:, CLICKS].sum()
    left = (asked[:, SESSIONS] == 1) & (asked[:, IMPRESSIONS] == 0)
    assert left.any()  # who would not be asked sees nothing that session


def test_without_asking_nothing_is_known_of_new_users(onboarded):
    np.testing.assert_array_equal(onboarded["popularity"], onboarded["ease"])


def test_new_users_have_no_history_and_others_do(prepared):
    world = prepared["onboarding"]
    assert not len(world.history)
    assert len(world.elsewhere)


def test_questions_are_popular_and_different(prepared):
    world = prepared["onboarding"]
    asking = make_policy("popularity+ask:2").refit(world.elsewhere).stages[0]
    listed = asking.listed
    assert len(set(listed)) == 24
    assert listed[0] == np.argmax(world.elsewhere.item_users)
    assert 6 <= (listed % 2).sum() <= 18  # both tastes are on it
    named = asking.favourites(opening(world, 1), np.arange(50))
    assert named.shape == (50, 2)
    liked = world.utility(np.arange(50), named).mean()
    assert liked > world.utility(np.arange(50), np.broadcast_to(listed, (50, 24))).mean() + 0.5


# What data must have


@pytest.mark.parametrize(
    ("name", "lacking", "said"),
    [
        ("search", {"categories": False}, "has 0 item categories; search needs at least 2"),
        ("promotions", {"prices": False}, "has no price for any item"),
        ("skill", {"times": False}, "difficulty is learned from how late items come"),
    ],
)
def test_data_that_lack_what_a_use_needs_are_told_so(name, lacking, said):
    poor = shop(**lacking)
    with pytest.raises(DataError, match=said):
        find_use(name).ready(fit_world(poor, np.random.default_rng(1)), poor, np.random.default_rng(2))


@pytest.mark.parametrize(
    ("spec", "lacking", "said"),
    [
        ("popularity+level", {"times": False}, "the log has no times"),
        ("popularity+discount_lapsing", {"times": False}, "the log has no times"),
        ("popularity+discount_thrifty", {"prices": False}, "the items have none"),
    ],
)
def test_a_stage_says_what_it_lacks(spec, lacking, said):
    with pytest.raises(ModelError, match=said):
        make_policy(spec).refit(shop(**lacking).preferences)


@pytest.mark.parametrize("name", ["level", "ask", "discount", "discount_thrifty", "discount_lapsing"])
def test_stages_are_described(name):
    assert parse(f"popularity+{name}").stages[0].name == name
    assert STAGES[name].description.endswith(".")
