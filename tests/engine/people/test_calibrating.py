"""A calibrated chance is what happens, keeps the order of the users, and is never certain."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from engine.people.calibrating import calibrate
from engine.people.grounds import in_percent


class Saying:
    """A classifier that says what its table holds."""

    def predict_proba(self, known):
        said = known["said"].to_numpy()
        return np.stack([1 - said, said], axis=1)


def table(said):
    return pd.DataFrame({"said": said})


@pytest.fixture(scope="module")
def drawn():
    """What a biased classifier says of users, their true chances, and what each did: one half after the other."""
    rng = np.random.default_rng(0)
    said = rng.beta(0.6, 0.9, 20_000)
    truth = 1 / (1 + np.exp(-(0.5 * np.log(said) - 1.6 * np.log1p(-said) - 0.7)))
    return said, truth, rng.uniform(size=len(said)) < truth


def test_the_map_that_made_the_world_is_found_on_other_users(drawn):
    said, truth, happened = drawn
    learned = calibrate(Saying(), table(said[:10_000]), happened[:10_000], beta=True)
    assert (learned.rising, learned.falling, learned.level) == pytest.approx((0.5, 1.6, -0.7), abs=0.15)
    found = learned.chance(table(said[10_000:]))
    assert np.abs(found - truth[10_000:]).mean() < 0.01
    tenths = np.array_split(np.argsort(found), 10)
    gaps = [found[part].mean() - happened[10_000:][part].mean() for part in tenths]
    assert np.abs(gaps).max() < 0.045  # three standard errors of a share of a thousand
    assert log_loss(happened[10_000:], found) < log_loss(happened[10_000:], said[10_000:])


@pytest.mark.parametrize("beta", [True, False])
def test_nobody_is_certain_and_the_order_stays(drawn, beta):
    said, _, happened = drawn
    learned = calibrate(Saying(), table(said[:300]), happened[:300], beta=beta)
    found = learned.chance(table(np.array([0.0, 1e-12, 0.2, 0.5, 0.9, 1.0])))
    assert (np.diff(found) >= 0).all()
    assert found[0] >= 1 / 302
    assert found[-1] <= 301 / 302
    told_apart = calibrate(Saying(), table(np.repeat([0.1, 0.9], 50)), np.repeat([False, True], 50), beta=beta)
    assert told_apart.chance(table(np.array([0.1, 0.9]))) == pytest.approx([1 / 52, 51 / 52], abs=1e-3)


def test_with_two_parameters_it_is_platts(drawn):
    said, _, happened = drawn
    learned = calibrate(Saying(), table(said), happened, beta=False)
    assert learned.rising == learned.falling
    logit = np.log(said / (1 - said))[:, None]
    plain = LogisticRegression(C=np.inf).fit(logit, happened)
    assert (learned.rising, learned.level) == pytest.approx((plain.coef_[0, 0], plain.intercept_[0]), abs=2e-3)


def test_a_classifier_that_says_nothing_is_given_the_base_rate(drawn):
    happened = drawn[2][:400]
    for said in (np.full(400, 0.5), drawn[0][-400:]):  # nothing, and what others did
        learned = calibrate(Saying(), table(said), happened, beta=True)
        assert min(learned.rising, learned.falling) >= 0
        assert learned.chance(table(said)).mean() == pytest.approx(happened.mean(), abs=0.01)
    upside_down = calibrate(Saying(), table(1 - drawn[0][:400]), happened, beta=True)
    assert np.ptp(upside_down.chance(table(drawn[0]))) < 0.05


def test_what_is_nearly_certain_is_not_called_so():
    assert [in_percent(chance) for chance in (0.001, 0.0051, 0.42, 0.994, 0.999)] == [
        "under 1%", "1%", "42%", "99%", "over 99%"
    ]  # fmt: skip
