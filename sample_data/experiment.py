"""Draws the export of an experiment the shop ran, and a broken one; README.md lists the truths planted here."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sample_data.generator import COUNTRY_SHARES, DEVICE_SHARES, FIRST_DAY

SEED = 20260608
UNITS = 5000
DAYS = 14
START = FIRST_DAY + 98  # a Monday, after the shop's own log has ended
CONTROL, TREATMENT = "control", "personal_feed"

ORDERS_A_SESSION = 0.22
DEVICE_SESSIONS = {"mobile": 2.2, "desktop": 3.0, "tablet": 2.5}
#: What the treatment multiplies orders a session by. Nothing else responds, save the latency.
DEVICE_UPLIFT = {"mobile": 1.25, "desktop": 1.05, "tablet": 1.15}
LATENCY_UPLIFT = 1.01
DEVICE_LATENCY = {"mobile": 620.0, "desktop": 340.0, "tablet": 480.0}  # median milliseconds of a page
SLOW, LOST_SHARE = 700, 0.7

Floats = NDArray[np.float64]


def generate(seed: int = SEED) -> pd.DataFrame:
    """Return one row a user who came within the fortnight, in the order they came.

    Half see ``control`` (what is popular) and half ``personal_feed``, by the toss of a coin. Each user has a taste
    for buying (gamma, mean 1, variance 1) and a usual basket (lognormal, median 30, sigma 0.6) that also ruled the
    four weeks before, so that ``pre_revenue`` foretells ``revenue``. Orders are Poisson with 0.22 a session times
    that taste, and under the treatment times 1.25 on mobile, 1.05 on desktop and 1.15 on tablet: a true uplift of
    +16.3% in orders and in revenue. An order is worth its user's basket times a lognormal factor (sigma 0.4), so
    revenue is skewed. Sessions do not respond; pages take 1% longer under the treatment.

    Columns: ``user_id``, ``variant``, ``first_seen``, ``country``, ``device``, ``pre_revenue``, ``sessions``,
    ``orders``, ``converted`` (1 where there is an order), ``revenue``, ``latency_ms`` (the user's median page).
    """
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(0, DAYS, UNITS))
    treated = rng.random(UNITS) < 0.5
    country = rng.choice(list(COUNTRY_SHARES), UNITS, p=list(COUNTRY_SHARES.values()))
    device = pd.Series(rng.choice(list(DEVICE_SHARES), UNITS, p=list(DEVICE_SHARES.values())))
    taste = rng.gamma(1.0, 1.0, UNITS)
    basket = 30 * rng.lognormal(0, 0.6, UNITS)
    before = rng.poisson(2 * device.map(DEVICE_SESSIONS).to_numpy() * ORDERS_A_SESSION * taste)
    sessions = 1 + rng.poisson(device.map(DEVICE_SESSIONS).to_numpy() - 1)
    uplift = np.where(treated, device.map(DEVICE_UPLIFT), 1.0)
    orders = rng.poisson(sessions * ORDERS_A_SESSION * taste * uplift)
    slower = np.where(treated, LATENCY_UPLIFT, 1.0)
    latency = device.map(DEVICE_LATENCY).to_numpy() * slower * rng.lognormal(0, 0.25, UNITS)
    return pd.DataFrame(
        {
            "user_id": [f"u{number:04d}" for number in range(1, UNITS + 1)],
            "variant": np.where(treated, TREATMENT, CONTROL),
            "first_seen": np.datetime_as_string(START + day),
            "country": country,
            "device": device,
            "pre_revenue": _spent(rng, before, basket),
            "sessions": sessions,
            "orders": orders,
            "converted": (orders > 0).astype(np.int64),
            "revenue": _spent(rng, orders, basket),
            "latency_ms": latency.round().astype(np.int64),
        }
    )


def broken(export: pd.DataFrame, seed: int = SEED) -> pd.DataFrame:
    """Return the export as a broken test would have left it: a sample ratio mismatch.

    The treatment's page gives up on slow phones before it is counted: of its mobile users whose pages take over
    700 milliseconds, seven in ten are missing.
    """
    rng = np.random.default_rng(seed)
    slow = (export["variant"] == TREATMENT) & (export["device"] == "mobile") & (export["latency_ms"] > SLOW)
    lost = slow & (rng.random(len(export)) < LOST_SHARE)
    return export[~lost].reset_index(drop=True)


def _spent(rng: np.random.Generator, orders: NDArray[np.int64], basket: Floats) -> Floats:
    """Return what each user spent in all their ``orders``, to the cent."""
    buyer = np.repeat(np.arange(len(orders)), orders)
    worth = basket[buyer] * rng.lognormal(0, 0.4, len(buyer))
    spent: Floats = np.bincount(buyer, weights=worth, minlength=len(orders)).astype(np.float64)
    return spent.round(2)
