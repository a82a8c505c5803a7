"""What ruling a guardrail's margin out takes, beside simulated experiments of just that size."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.comparison import Comparison
from experiments.effects import effects
from experiments.margins import margin_power, margin_size, ruled_out
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.monitoring import Monitoring, inflation
from experiments.noninferiority import non_inferiority

GUARD = Comparison(kind="mean", baseline=10.0, variance=9.0)
REPLICATIONS = 1500


@pytest.mark.parametrize(
    ("comparison", "draw"),
    [
        (GUARD, lambda rng, n: rng.normal(10, 3, (REPLICATIONS, n))),
        (
            Comparison(kind="proportion", baseline=0.3, split=(2, 1)),
            lambda rng, n: (rng.random((REPLICATIONS, n)) < 0.3).astype(float),
        ),
    ],
)
def test_a_guardrail_has_the_planned_power(comparison, draw):
    rng = np.random.default_rng(4)
    guardrail = Metric(name="x", kind=comparison.kind, numerator="x", role="guardrail", margin=0.08)
    size = margin_size(comparison, margin=0.08)
    variant = np.repeat([0, 1], np.rint(size.units).astype(int))
    values = draw(rng, len(variant))[..., None]
    found = non_inferiority(effects(moments(values, variant, 2, quantities=["x"]), [guardrail]), [guardrail])
    # A proportion is planned at equal rates; Newcombe's and delta-method errors differ by less than this.
    assert abs(found.non_inferior.mean() - 0.8) < 4 * np.sqrt(0.16 / REPLICATIONS)


def test_a_true_loss_needs_more_units():
    even, losing = margin_size(GUARD, margin=0.05), margin_size(GUARD, margin=0.05, gain=-0.01)
    assert losing.total > 1.5 * even.total
    assert margin_power(GUARD, margin=0.05, units=losing.total, gain=-0.01) == pytest.approx(0.8)
    assert ruled_out(GUARD, units=losing.total, gain=-0.01) == pytest.approx(0.05)


def test_size_power_and_margin_agree_with_looks_covariates_and_clusters():
    daily = replace(
        GUARD, monitoring=Monitoring(stopping="always-valid", looks=7), explained=0.3, design_effect=1.4, split=(3, 1)
    )
    size = margin_size(daily, margin=0.02)
    assert size.mde == pytest.approx(0.2)
    np.testing.assert_allclose(ruled_out(daily, units=[size.total, size.total / 4]), [0.02, 0.04])
    np.testing.assert_allclose(margin_power(daily, margin=0.02, units=size.total), 0.8)


def test_the_normal_sizes_of_julious():
    # Julious (2004), section 4: n = (r + 1) (z(1 - a/2) + z(power))² s² / (r margin²) for an absolute margin.
    known = 2 * (1.959963985 + 0.841621234) ** 2 * 9 / 0.5**2
    assert margin_size(GUARD, margin=0.05).units[0] == pytest.approx(known)
    monitoring = Monitoring(stopping="group-sequential", looks=4)
    looked = margin_size(replace(GUARD, monitoring=monitoring), margin=0.05)
    assert looked.units[0] == pytest.approx(known * inflation(monitoring))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: margin_size(replace(GUARD, baseline=0.0), margin=0.1), "A baseline of 0"),
        (lambda: margin_size(GUARD, margin=0.0), "A margin of 0 was given"),
        (lambda: margin_size(GUARD, margin=0.1, gain=-0.1), "expected one above -0.1"),
        (lambda: margin_power(GUARD, margin=0.1, units=0), "0 units"),
    ],
)
def test_what_cannot_be_is_said(call, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        call()
