"""What many worlds say together, on worlds whose answer is known."""

import numpy as np
import pytest

from experiments.metrics import Metric
from experiments.worlds import DrawnParameter, WorldTruth
from experiments.worlds.conclusions import concluded
from tests.experiments.plans import a_plan

WAIT = Metric(name="wait", kind="mean", numerator="wait", direction="lower", role="primary", title="Wait")
PAID = Metric(name="paid", kind="proportion", numerator="paid", role="primary", title="Conversion")


def said(uplifts, metric=PAID, **drawn):
    truths = [
        WorldTruth(
            world=1 + place, metric=metric.name, variant="new", control_value=0.5, treatment_value=None,
            absolute=each, relative=None if each is None else 2 * each,
            better=None if each is None else bool(each < 0 if metric is WAIT else each > 0),
        )
        for place, each in enumerate(uplifts)
    ]  # fmt: skip
    parameters = [
        DrawnParameter(name=name, unit="", meaning=f"What {name} does.", low=0, high=1, values=tuple(values))
        for name, values in drawn.items()
    ]
    (found,) = concluded(truths, parameters, a_plan(metrics=(metric,)), len(uplifts))
    return found


RISING = np.linspace(0, 1, 20)
MIXED = np.random.default_rng(0).permutation(RISING)


def test_worlds_are_counted_and_their_spread_is_told():
    found = said([0.01] * 10 + [0.03] * 7 + [-0.02, 0.0, -0.01], share=MIXED)
    assert (found.better, found.worlds, found.failing) == (17, 20, (18, 19, 20))
    assert (found.median_relative, found.low_relative, found.high_relative) == (0.02, -0.04, 0.06)
    assert found.sentence.startswith(
        "Uplift in 17 of 20 plausible worlds: +2.0% in the middle one, from −4.0% to +6.0%."
    )


def test_the_parameter_that_separates_the_worlds_is_named():
    found = said(np.where(RISING > 0.8, -0.01, 0.02), price_sensitivity=RISING, other=MIXED)
    assert found.separated_by == "price_sensitivity"
    assert "It fails where price sensitivity is high: 0.921 on average there, 0.395 in the others." in found.sentence


def test_what_chance_explains_is_not_named():
    found = said([0.01] * 9 + [-0.01] + [0.01] * 10, share=RISING, other=MIXED)
    assert found.separated_by is None
    assert found.sentence.endswith("No single assumption tells the worlds where it fails from the others.")


def test_where_it_never_fails_the_parameter_that_moves_it_is_named():
    found = said(0.05 - 0.03 * RISING, share=RISING, other=MIXED)
    assert (found.separated_by, found.moved_by, found.failing) == (None, "share", ())
    assert found.correlation == pytest.approx(-1)
    assert found.sentence.endswith("It is largest where share is low. (Share: what share does.)")


def test_a_perfect_order_of_few_worlds_is_chance():
    found = said([0.01, 0.02, 0.03, 0.04, 0.05], share=[1, 2, 3, 4, 5], other=[3, 1, 2, 5, 4], third=[2, 1, 3, 5, 4])
    assert found.moved_by is None


def test_less_is_better_where_the_metric_says_so():
    found = said([-0.01, -0.02, 0.01], metric=WAIT)
    assert found.better == 2
    assert found.sentence.startswith("Wait is lower, which is better, in 2 of 3 plausible worlds")


def test_no_uplift_at_all_is_zero_worlds():
    found = said([0.0] * 20, share=RISING)
    assert (found.better, found.moved_by, found.separated_by) == (0, None, None)
    assert found.sentence == "Uplift in 0 of 20 plausible worlds: +0.0% in the middle one, from +0.0% to +0.0%."


def test_what_has_no_value_says_so():
    assert said([None, None]).sentence == "Conversion has no value in any of 2 worlds."
    assert said([None, 0.01, 0.02]).worlds == 2
