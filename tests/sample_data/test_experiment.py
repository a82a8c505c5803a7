"""The bundled experiment: the same bytes every time, and the truths its README tells."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from experiments.importing import analyse_export, load, metrics_of, plan_for, with_covariates
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


def analysed(name):
    metrics = metrics_of(["orders/sessions:ratio", "revenue:mean"], ["latency_ms:mean:lower:0.05"])
    imported = load(
        FOLDER / name, metrics=with_covariates(metrics, ["revenue=pre_revenue"]), segments=["country", "device"]
    )
    return analyse_export(imported, plan_for(imported))


def test_the_analysis_finds_the_truth_and_the_break():
    found = analysed("experiment.csv")
    assert found.verdict.status == "ship"
    assert all(check.status == "ok" for check in found.checks)
    truth = {"orders/sessions": 0.163, "revenue": 0.163, "latency_ms": 0.01}
    held = found.effects.assign(truth=found.effects["metric"].map(truth))
    assert ((held["relative_low"] < held["truth"]) & (held["truth"] < held["relative_high"])).all()
    device = found.segments.query("by == 'device' and metric == 'orders/sessions'").set_index("segment")
    for name, factor in DEVICE_UPLIFT.items():
        assert device.loc[name, "relative_low"] < factor - 1 < device.loc[name, "relative_high"]

    broken = analysed("experiment_broken.csv")
    assert broken.verdict.status == "unhealthy"
    assert "device mobile" in broken.check("srm_by_segment").sentence


def test_only_slow_treated_phones_are_lost(export, broken):
    lost = export[~export["user_id"].isin(broken["user_id"])]
    assert set(lost["variant"]) == {TREATMENT}
    assert set(lost["device"]) == {"mobile"}
    assert (lost["latency_ms"] > SLOW).all()
    slow = export.query("variant == @TREATMENT and device == 'mobile' and latency_ms > @SLOW")
    assert abs(len(lost) / len(slow) - LOST_SHARE) < 0.06
