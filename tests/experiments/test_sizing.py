import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.baselines import baseline
from experiments.comparison import Comparison
from experiments.history import history
from experiments.sizing import answer, metric_named, quantile_variance, told

RATE = Comparison(kind="proportion", baseline=0.2)


def test_a_log_tells_what_a_size_needs(shop):
    metric = metric_named("revenue_per_user")
    found = told(shop, metric, 14)
    past = history(shop, 28)
    assert found.baseline == baseline(past, metric).value[13]
    np.testing.assert_array_equal(found.users[:28], past.users)
    assert len(found.users) == 40
    assert found.users[-1] == shop.interactions["user"].nunique()
    assert found.days_for(past.users[9]) <= 10
    assert found.days_for(1e9) is None


def test_a_quantile_takes_its_density_from_the_log(shop):
    found = told(shop, metric_named("revenue:quantile:0.8"), 20)
    assert found.variance > 0
    assert quantile_variance(0.5, 0.5) == 1.0


def test_each_question_is_answered_from_the_other_two():
    size, power = answer(RATE, mde=0.05)
    assert (size.units[0], power) == (pytest.approx(1030.219, abs=5e-4), 0.8)
    found, _ = answer(RATE, units=size.total)
    assert found.mde == pytest.approx(0.05)
    assert answer(RATE, mde=-0.05, units=size.total)[1] > 0.8
    guard, _ = answer(RATE, margin=0.1)
    assert answer(RATE, margin=0.1, units=guard.total)[1] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda _: answer(RATE), "Neither an MDE nor units"),
        (lambda _: answer(Comparison(kind="proportion", baseline=0.9), units=5), "find no uplift of this metric"),
        (lambda _: quantile_variance(0.9, 0.0), "density 0"),
        (lambda _: metric_named("conversions"), "Did you mean 'conversion'"),
        (lambda _: metric_named("revenues:mean"), "Did you mean 'revenue'"),
        (lambda shop: told(shop, metric_named("conversion"), 50), "but the log has 40"),
    ],
)
def test_what_cannot_be_is_said(call, sentence, shop):
    with pytest.raises(ExperimentError, match=sentence):
        call(shop)
