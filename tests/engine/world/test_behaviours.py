"""Prices, rhythm, satisfaction and leaving do what their words say, and nothing when switched off."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from engine.noise import uniform
from engine.policies import OraclePolicy, RandomPolicy, make_policy
from engine.world import BEHAVIOURS, QUANTITIES, Showings, run
from engine.world.pairs import added, contains, first_unseen, pairs_of
from engine.world.policy import opening
from engine.world.retention import satisfied, sessions_today
from engine.world.showings import nothing_shown

SESSIONS, IMPRESSIONS, CLICKS, CARTS, PURCHASES, REVENUE = range(6)


@pytest.fixture(scope="module")
def crowd(world):
    """Return a thousand units, each coming once a day on average, who take and buy readily."""
    many = replace(world.take(np.arange(1000) % world.n_units), key=np.arange(1000))
    response = replace(world.response, click_intercept=-1.0, cart_intercept=1.0, purchase_intercept=0.0)
    return replace(many, activity=np.ones(1000), response=response)


def lived(world, policy, **options):
    return run(
        world, [policy], np.zeros(world.n_units, int), **{"days": 4, "seed": 3, "retrain_every": None, **options}
    )


@dataclass(frozen=True)
class Sale:
    """Random items at a part of their list price."""

    part: float

    title = "Sale"
    each_session = True

    def refit(self, preferences, report=None):
        return self

    def slates(self, state, users, k):
        return RandomPolicy().slates(state, users, k)

    def price_factors(self, state, users, items):
        return np.full(items.shape, self.part)


def test_what_is_bought_was_in_the_cart_and_what_was_in_the_cart_was_taken(crowd):
    outcomes = lived(crowd, OraclePolicy())
    consumed, total = outcomes.consumed, outcomes.total()
    assert (consumed.carted | ~consumed.bought).all()
    assert 0 < consumed.bought.sum() < consumed.carted.sum() < len(consumed)
    np.testing.assert_array_equal(total[:, CARTS], np.bincount(consumed.unit, consumed.carted, 1000))
    assert QUANTITIES[:6] == ("sessions", "impressions", "clicks", "carts", "purchases", "revenue")


def test_carts_and_purchases_follow_their_logits(crowd):
    """The expected number of each, given what was taken, within 4 standard errors."""
    consumed = lived(crowd, RandomPolicy()).consumed
    cart = crowd.response.cart(consumed.utility)
    buy = crowd.response.purchase(consumed.utility, consumed.item)
    for happened, chance in ((consumed.carted, cart), (consumed.bought[consumed.carted], buy[consumed.carted])):
        assert happened.sum() == pytest.approx(chance.sum(), abs=4 * np.sqrt((chance * (1 - chance)).sum()))


def test_a_lower_price_sells_more_to_the_same_carts_and_brings_that_price(crowd):
    still = crowd.without("drift", "satisfaction", "leaving")
    full, half = (lived(still, Sale(part)) for part in (1.0, 0.5))
    np.testing.assert_array_equal(full.values[..., :PURCHASES], half.values[..., :PURCHASES])
    assert half.consumed.bought.sum() > full.consumed.bought.sum()
    assert (half.consumed.bought | ~full.consumed.bought).all()
    paid = 0.5 * np.bincount(half.consumed.unit, half.consumed.bought * crowd.price[half.consumed.item], 1000)
    np.testing.assert_allclose(half.total()[:, REVENUE], paid)
    chance = still.response.purchase(half.consumed.utility, half.consumed.item, 0.5)[half.consumed.carted]
    bought = half.consumed.bought.sum()
    assert bought == pytest.approx(chance.sum(), abs=4 * np.sqrt((chance * (1 - chance)).sum()))
    indifferent = still.without("price_sensitivity")
    np.testing.assert_array_equal(
        lived(indifferent, Sale(1.0)).consumed.bought, lived(indifferent, Sale(0.5)).consumed.bought
    )
    np.testing.assert_array_equal(lived(still, Sale(1.0)).values, lived(still, RandomPolicy()).values)


def test_weekly_rhythm_moves_the_days_unless_it_is_off(crowd):
    busy = replace(crowd, rhythm=np.array([0.1, 0.1, 0.1, 0.1, 0.1, 3.25, 3.25]), first_weekday=5)
    weekend, monday = (sessions_today(opening(busy, 1).at(day, 0)).sum() for day in (0, 2))
    assert weekend > 10 * monday
    even = busy.without("weekly_rhythm")
    weekend, monday = (sessions_today(opening(even, 1).at(day, 0)).sum() for day in (0, 2))
    assert weekend == pytest.approx(monday, rel=0.15)


def test_sessions_are_poisson_at_the_rate_satisfaction_makes(crowd):
    state = opening(replace(crowd, rhythm=np.ones(7)), 2)
    luck = uniform(2, "sessions", crowd.key, 0)
    drawn = sessions_today(state)
    for number in range(4):
        assert (drawn == number).mean() == pytest.approx(np.exp(-1) / max(1, np.prod(range(1, number + 1))), abs=0.05)
    assert (np.diff(drawn[np.argsort(luck)]) >= 0).all()  # the inverse of the distribution function
    params = replace(crowd.params, satisfaction_strength=0.5)
    happy = replace(state, world=replace(state.world, params=params), satisfaction=np.full(1000, 3.0))
    assert sessions_today(happy).mean() == pytest.approx(1.5, abs=0.15)
    unmoved = replace(happy, world=happy.world.without("satisfaction"))
    np.testing.assert_array_equal(sessions_today(unmoved), drawn)


def test_satisfaction_remembers_and_the_unsatisfied_leave_for_good(crowd):
    params = replace(crowd.params, satisfaction_memory=0.5, leaving_strength=0.4)
    state, units = opening(replace(crowd, params=params), 4), np.arange(800)
    shown = np.full(800, 20.0)
    as_expected = satisfied(state, units, params.click_through * shown, shown)
    np.testing.assert_allclose(as_expected.satisfaction, 0, atol=1e-12)
    assert as_expected.stays.all()
    empty = satisfied(state, units, np.zeros(800), shown)
    np.testing.assert_allclose(empty.satisfaction[:800], -0.5)
    np.testing.assert_array_equal(empty.satisfaction[800:], 0)
    assert (~empty.stays).sum() == pytest.approx(0.4 * 0.5 * 800, abs=4 * np.sqrt(800 * 0.2 * 0.8))
    assert empty.stays[800:].all()
    assert (sessions_today(empty.at(1, 0))[~empty.stays] == 0).all()
    loyal = satisfied(opening(state.world.without("leaving"), 4), units, np.zeros(800), shown)
    assert loyal.stays.all()


def test_a_policy_that_disappoints_loses_its_users(crowd):
    params = replace(crowd.params, click_through=0.2, leaving_strength=1.0)
    picky = replace(crowd, params=params, response=replace(crowd.response, click_intercept=-2.5))
    good, bad = (lived(picky, policy, days=5) for policy in (OraclePolicy(), RandomPolicy()))
    assert good.stayed.mean() > bad.stayed.mean() + 0.1
    gone = ~bad.stayed
    last = np.array([np.flatnonzero(day).max(initial=-1) for day in bad.values[:, gone, SESSIONS].T])
    assert (last < 4).any()
    assert lived(picky.without("leaving"), RandomPolicy(), days=5).stayed.all()


def test_every_behaviour_can_be_switched_off_and_matters_while_it_is_on(crowd):
    """Where prices and rhythm vary, each switch changes somebody's life."""
    lively = replace(crowd, rhythm=np.array([0.5, 1.5, 0.5, 1.5, 1.0, 1.0, 1.0]))
    params = replace(crowd.params, click_through=0.3, leaving_strength=0.5)
    base = replace(lively.take(np.arange(300)), params=params)
    whole = lived(base, make_policy("popularity"), days=5).values
    for behaviour in BEHAVIOURS:
        assert (lived(base.without(behaviour), make_policy("popularity"), days=5).values != whole).any(), behaviour


def welfare(world, policy):
    consumed = lived(world, policy, days=12, seed=6).consumed
    return np.bincount(consumed.unit, consumed.utility, world.n_units).mean()


def test_no_policy_beats_the_oracle_on_welfare_without_boredom_and_drift(world):
    """Welfare is the true utility of what is taken, summed over a life.

    Boredom and drift take the guarantee away: the oracle shows what is best by taste now, which is much of one
    kind; a bored unit would take more from a mixture, and drift lets another policy turn a taste toward what the
    catalogue has plenty of. It looks neither at moods nor ahead.
    """
    plain = world.without("boredom", "drift")
    best = welfare(plain, OraclePolicy())
    for name in ("popularity", "random", "svd", "item_knn"):
        assert welfare(plain, make_policy(name)) < best


def test_showings_are_counted_by_item_day_and_memory():
    rng = np.random.default_rng(3)
    state, seen = nothing_shown(4, 7), [[] for _ in range(4)]
    for day in range(5):
        units = np.flatnonzero(rng.random(4) < 0.7)
        slates = rng.integers(-1, 4, (len(units), 3)).astype(np.int32)
        state = state.after(units, slates, day)
        for unit, slate in zip(units, slates, strict=True):
            seen[unit] += [(item, day) for item in slate if item >= 0]
    assert isinstance(state, Showings)
    items = np.tile(np.arange(-1, 4), (4, 1))
    for since in (None, 3):
        brute = [
            [sum(at == item and day >= (since or 0) for at, day in had[-7:]) for item in range(-1, 4)] for had in seen
        ]
        np.testing.assert_array_equal(state.times(np.arange(4), items, since), brute)
    np.testing.assert_array_equal(state.times(np.arange(4), items[:, 2]), state.times(np.arange(4), items)[:, 2])


def test_what_units_had_is_found_in_any_order_of_units():
    rng = np.random.default_rng(4)
    n_items = 90
    had = rng.random((6, n_items)) < np.array([0, 0.05, 0.95, 0.5, 0.9, 0])[:, None]
    seen = pairs_of(*np.nonzero(had), n_items)
    for units in (np.arange(6), np.array([4, 2, 5, 0, 3, 1]), np.array([3, 3])):
        candidates = np.array([rng.permutation(n_items)[:40] for _ in units], dtype=np.int32)
        candidates[:, 7] = -1
        found = first_unseen(seen, units, candidates, n_items, 9)
        for unit, row, slate in zip(units, candidates, found, strict=True):
            left = [item for item in row if item >= 0 and not had[unit, item]][:9]
            assert list(slate) == left + [-1] * (9 - len(left))
    fresh = np.setdiff1d(np.arange(6 * n_items), seen)[::17]
    grown = added(seen, rng.permutation(fresh))
    np.testing.assert_array_equal(grown, np.union1d(seen, fresh))
    assert contains(grown, fresh).all()
