"""A bootstrap draws whole users: their rows go with them, in time, and the catalogue stays."""

import numpy as np
import pytest

from engine.world import fit_world
from experiments.worlds.resampling import resampled
from tests.engine.logs import make_log


@pytest.fixture(scope="module")
def again(shop):
    return resampled(shop, np.random.default_rng(4))


def test_every_user_brings_all_their_rows(shop, again):
    assert again.n_users == shop.n_users
    assert again.n_items == shop.n_items
    original = again.users["user_id"].str.partition("~")[0]
    assert 60 < original.nunique() < 130  # of 160, two in three are drawn
    assert again.users["user_id"].is_unique
    code = {name: place for place, name in enumerate(shop.users["user_id"])}
    for user in (0, 1, 57, 159):
        mine = again.interactions[again.interactions["user"] == user].drop(columns="user").reset_index(drop=True)
        theirs = shop.interactions[shop.interactions["user"] == code[original[user]]]
        assert mine.equals(theirs.drop(columns="user").reset_index(drop=True))
    assert again.interactions["time"].is_monotonic_increasing
    assert again.interactions["user"].dtype == shop.interactions["user"].dtype
    assert list(again.users["country"]) == [shop.users["country"][code[name]] for name in original]


def test_the_same_generator_draws_the_same_log_and_fewer_users_where_asked(shop, again):
    assert resampled(shop, np.random.default_rng(4)).fingerprint == again.fingerprint
    assert resampled(shop, np.random.default_rng(5)).fingerprint != again.fingerprint
    fewer = resampled(shop, np.random.default_rng(4), most=50)
    assert fewer.n_users == 50
    assert fewer.interactions["user"].nunique() == 50
    assert fit_world(fewer, np.random.default_rng(0)).n_units == 50


def test_users_without_rows_stay_users():
    log = make_log([(0, 0), (1, 1), (2, 2), (2, 0)], n_users=30)
    again = resampled(log, np.random.default_rng(0))
    assert again.n_users == 30
    assert (
        len(again.interactions)
        == np.isin(again.users["user_id"].str.partition("~")[0], ["u0", "u1"]).sum()
        + 2 * (again.users["user_id"].str.partition("~")[0] == "u2").sum()
    )
