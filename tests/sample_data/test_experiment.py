"""The bundled experiment: the same bytes every time, and the truths its README tells."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from sample_data import FOLDER, experiment
from sample_data.experiment import (
    DEVICE_SESSIONS,
    DEVICE_UPLIFT,
    LOST_SHARE,
    ORDERS_A_SESSION,
    SLOW,
    TREATMENT,
)
from sample_data.generator import DEVICE_SHARES


@pytest.fixture(scope="module")
def export():
    return pd.read_csv(FOLDER / "experiment.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def broken():
    return pd.read_csv(FOLDER / "experiment_broken.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def told():
    return " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())


def weighted(of):
    return sum(share * of(device) for device, share in DEVICE_SHARES.items())


def test_another_seed_draws_another_experiment(export):
    assert not experiment.generate(1)["latency_ms"].equals(export["latency_ms"])


def test_each_user_has_one_row_and_the_files_are_small(export, broken):
    assert export["user_id"].is_unique
    assert set(broken["user_id"]) < set(export["user_id"])
    assert (export["converted"] == (export["orders"] > 0)).all()
    assert ((export["revenue"] > 0) == (export["orders"] > 0)).all()
    for name in ("experiment.csv", "experiment_broken.csv"):
        assert (FOLDER / name).stat().st_size < 300_000
    assert (export["first_seen"].min(), export["first_seen"].max()) == ("2026-06-08", "2026-06-21")


def test_the_readme_tells_the_true_uplifts(told):
    orders = weighted(lambda device: DEVICE_SESSIONS[device])
    more = weighted(lambda device: DEVICE_SESSIONS[device] * DEVICE_UPLIFT[device])
    # With an exponential taste t, no order has chance E[exp(-rt)] = 1 / (1 + r), r being the mean of a user's orders.
    later = np.arange(80)

    def converting(uplift):
        def on(device):
            rate = ORDERS_A_SESSION * (1 + later) * uplift[device]
            return float(poisson.pmf(later, DEVICE_SESSIONS[device] - 1) @ (1 - 1 / (1 + rate)))

        return weighted(on)

    before, after = converting(dict.fromkeys(DEVICE_UPLIFT, 1.0)), converting(DEVICE_UPLIFT)
    assert f"a true uplift of {more / orders - 1:+.1%} in orders" in told
    assert f"of {after / before - 1:+.1%} in conversion (from {before:.1%})" in told


def test_the_readme_tells_the_figures_of_the_files(export, broken, told):
    treated = (export["variant"] == TREATMENT).sum()
    figures = [
        f"`experiment.csv` | {len(export):,} |",
        f"`experiment_broken.csv` | {len(broken):,} |",
        f"correlation {export['pre_revenue'].corr(export['revenue']):.2f}",
        f"{len(export) - len(broken)} of {treated:,} treated users are gone",
    ]
    for figure in figures:
        assert figure in told


def test_only_slow_treated_phones_are_lost(export, broken):
    lost = export[~export["user_id"].isin(broken["user_id"])]
    assert set(lost["variant"]) == {TREATMENT}
    assert set(lost["device"]) == {"mobile"}
    assert (lost["latency_ms"] > SLOW).all()
    slow = export.query("variant == @TREATMENT and device == 'mobile' and latency_ms > @SLOW")
    assert abs(len(lost) / len(slow) - LOST_SHARE) < 0.06
