"""From one period to the next: a calibrated chance to stay away, and what those who come back are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from engine.dataset import Dataset
from engine.errors import DataError
from engine.people.calibrating import Calibrated, calibrate
from engine.people.features import DAY_SECONDS, features, outcomes

MANY = 1000
"""Users from which trees are grown and calibration has a third parameter; with fewer both overfit."""

FEWEST = 20
"""Users who came back, and who stayed away, that a model learns from at the least."""

_RECENCY = ["recency_days"]


@dataclass(frozen=True)
class Period:
    """What was known of users at a moment, and what they did until the period's end.

    Attributes:
        begin: the moment, in seconds since 1970.
        known: of ``engine.people.features.features``; one row a user known by then, index = user code.
        churned: whether they stayed away, shape (users,).
        value: what they were worth in the period, shape (users,).
    """

    begin: int
    known: pd.DataFrame
    churned: NDArray[np.bool_]
    value: NDArray[np.float64]


@dataclass(frozen=True)
class Learned:
    """What was learned.

    Attributes:
        risk: the classifier of staying away, calibrated.
        recency_risk: the same of recency alone, the yardstick.
        base_rate: share of users who stayed away in the period it was calibrated on.
        worth: scikit-learn's regressor of the value of who comes back.
        level: what ``worth`` is multiplied by, so that its sum was right in the period it was calibrated on.
        usual: mean value a user in that period, whoever they are.
    """

    risk: Calibrated
    recency_risk: Calibrated
    base_rate: float
    worth: Any
    level: float
    usual: float

    def churn_risk(self, known: pd.DataFrame) -> NDArray[np.float64]:
        """Return each user's chance to stay away, above 0 and below 1."""
        return self.risk.chance(known)

    def recency_only(self, known: pd.DataFrame) -> NDArray[np.float64]:
        """Return the chance that recency alone foretells."""
        return self.recency_risk.chance(known[_RECENCY])

    def expected_value(self, known: pd.DataFrame) -> NDArray[np.float64]:
        """Return each user's expected value: the chance to come back times what they are worth then (a hurdle model,
        Mullahy 1986, Journal of Econometrics 33(3))."""
        expected: NDArray[np.float64] = (1 - self.churn_risk(known)) * self.value_if_back(known)
        return expected

    def value_if_back(self, known: pd.DataFrame) -> NDArray[np.float64]:
        """Return what each user would be worth who does come back."""
        worth: NDArray[np.float64] = self.level * self.worth.predict(known)
        return worth


def period(dataset: Dataset, begin: int, period_days: int) -> Period:
    """Return the users known at ``begin`` (seconds since 1970) and what they did in the period from then on."""
    known = features(dataset, begin, period_days)
    active, value = outcomes(dataset, begin, begin + period_days * DAY_SECONDS)
    return Period(begin, known, ~active[known.index], value[known.index])


def learn(fit_on: Period, calibrate_on: Period, seed: int) -> Learned:
    """Fit on one period and calibrate on the one after it.

    Trees (scikit-learn's histogram gradient boosting) where there are many users, otherwise a logistic and a Poisson
    regression of the logarithms. Value has a logarithmic link and takes zeros: not everybody who comes back buys.

    Raises:
        DataError: too few users came back or stayed away in either period.
    """
    for each in (fit_on, calibrate_on):
        away, back = int(each.churned.sum()), int((~each.churned).sum())
        if min(away, back) < FEWEST:
            who = f"{len(each.churned):,} {'user' if len(each.churned) == 1 else 'users'}"
            day = pd.Timestamp(each.begin, unit="s")
            raise DataError(
                f"Of {who} known by then {back:,} came back and {away:,} stayed away in a period (that from "
                f"{day.day} {day:%B %Y} on); to tell them apart takes {FEWEST} of each. Choose another length of "
                "period, or load a longer log."
            )
    many = len(fit_on.churned) >= MANY
    risk = _classifier(many, seed).fit(fit_on.known, fit_on.churned)
    recency = _classifier(False, seed).fit(fit_on.known[_RECENCY], fit_on.churned)
    brought = np.maximum(fit_on.value[~fit_on.churned], 0.0)
    # A logarithmic link has no number for nothing at all.
    regressor = _regressor(many, seed) if brought.any() else DummyRegressor()
    worth = regressor.fit(fit_on.known[~fit_on.churned], brought)
    known, returned = calibrate_on.known, ~calibrate_on.churned
    beta = len(calibrate_on.churned) >= MANY
    told = float(worth.predict(known[returned]).sum())
    return Learned(
        risk=calibrate(risk, known, calibrate_on.churned, beta=beta),
        recency_risk=calibrate(recency, known[_RECENCY], calibrate_on.churned, beta=beta),
        base_rate=float(calibrate_on.churned.mean()),
        worth=worth,
        level=float(calibrate_on.value[returned].sum()) / told if told > 0 else 1.0,
        usual=float(calibrate_on.value.mean()),
    )


def _classifier(many: bool, seed: int) -> Any:
    if many:
        return HistGradientBoostingClassifier(
            learning_rate=0.05,
            max_iter=120,
            max_leaf_nodes=15,
            min_samples_leaf=40,
            early_stopping=False,
            random_state=seed,
        )
    return make_pipeline(_logarithms(), StandardScaler(), LogisticRegression(max_iter=1000))


def _regressor(many: bool, seed: int) -> Any:
    if many:
        return HistGradientBoostingRegressor(
            loss="poisson",
            learning_rate=0.05,
            max_iter=120,
            max_leaf_nodes=8,
            min_samples_leaf=40,
            early_stopping=False,
            random_state=seed,
        )
    return make_pipeline(_logarithms(), StandardScaler(), PoissonRegressor(alpha=1.0, max_iter=1000))


def _logarithms() -> FunctionTransformer:
    return FunctionTransformer(_signed_logarithm)


def _signed_logarithm(values: pd.DataFrame) -> pd.DataFrame:
    """Return log(1 + |x|) with the sign of x: counts and amounts lose their long tails, a trend keeps its way."""
    size = values.to_numpy(np.float64)
    return pd.DataFrame(np.sign(size) * np.log1p(np.abs(size)), index=values.index, columns=values.columns)
