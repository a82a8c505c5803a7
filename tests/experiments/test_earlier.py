"""How well the log's first part foretells its later part."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.drafting import MEASURABLE
from experiments.earlier import BEFORE, done_before, foretell
from experiments.metrics import find


def test_what_users_did_before_is_counted(shop):
    rows = shop.interactions
    bought = (rows["event"] == "purchase").to_numpy()
    price = shop.items["price"].to_numpy()[rows["item"]]
    found = done_before(shop)
    assert list(found) == list(BEFORE)
    np.testing.assert_allclose(
        found["revenue before"], np.bincount(rows["user"], weights=price * bought, minlength=shop.n_users)
    )
    np.testing.assert_array_equal(found["purchases before"], np.bincount(rows["user"][bought], minlength=shop.n_users))


def habits(shop, rng):
    """The shop with users of very different activity, the same in every week."""
    rate = rng.gamma(0.5, 1.0, shop.n_users)
    rows = shop.interactions
    user = rng.choice(shop.n_users, len(rows), p=rate / rate.sum())
    return replace(shop, interactions=rows.assign(user=user.astype("int32")))


def test_habits_foretell_and_chance_does_not(shop):
    sessions, conversion = find(MEASURABLE, "sessions"), find(MEASURABLE, "conversion")
    steady = foretell(habits(shop, np.random.default_rng(0)), [sessions, conversion], 14)
    assert steady["sessions"].explained > 0.6
    assert 0.05 < steady["conversion"].explained < steady["sessions"].explained
    assert steady["sessions"].days_before == 26
    assert "Correlation 0." in steady["sessions"].sentence
    assert steady["sessions"].correlation == pytest.approx(np.sqrt(steady["sessions"].explained))
    # In the shop itself users come by pure chance.
    assert foretell(shop, [sessions], 14)["sessions"].explained < 0.08


def test_a_short_log_is_cut_in_its_middle(shop):
    assert foretell(shop, [find(MEASURABLE, "sessions")], 60)["sessions"].days == 20


def test_what_cannot_be_foretold_says_why(shop):
    found = foretell(shop, MEASURABLE, 7)
    assert "do not adjust a quantile" in found["revenue_p90"].sentence
    assert "does not hold the metric" in found["click_through"].sentence
    one_day = replace(shop, interactions=shop.interactions.assign(time=pd.Timestamp("2025-01-06")))
    assert "single day" in foretell(one_day, MEASURABLE, 7)["sessions"].sentence
    few = replace(shop, interactions=shop.interactions[shop.interactions["user"] < 5].reset_index(drop=True))
    assert "Too few users" in foretell(few, MEASURABLE, 7)["sessions"].sentence
    assert all(each.explained == 0 for each in foretell(few, MEASURABLE, 7).values())
