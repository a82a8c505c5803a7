"""Predictions for every user of a log, with how good they were one period earlier."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from engine import store
from engine.dataset import Dataset
from engine.errors import DataError
from engine.metrics.intervals import Estimate
from engine.people.features import DAY_SECONDS, features
from engine.people.grounds import grounds
from engine.people.judging import Judgement, judge
from engine.people.learning import learn, period
from engine.segments.activity import row_values

PERIODS = 5
"""Periods that a log must hold: one of history, then one each to fit on, calibrate on, and judge by; and a margin."""

LONGEST_DAYS = 28
SHORTEST_DAYS = 7

Report = Callable[[str, int | None, int | None], None]


@dataclass(frozen=True)
class Predictions:
    """What is expected of each user in the period after the log's end.

    Attributes:
        frame: position = user code; ``churn_risk`` (chance to do nothing in the period, never quite 0 or 1),
            ``expected_value`` (in ``value_unit``) and ``at_stake`` (the risk times what they would be worth if they
            came back: what is lost to expect by their staying away), all NaN for users without an interaction.
        known: what the predictions rest on, as ``features`` returns it, one row a user with an interaction.
        grounds: what raises each of these users' predictions most, as ``engine.people.grounds.grounds`` returns it.
        period_days: length of the period.
        begin: when it begins: the log's end, UTC.
        value_unit: what value adds up, in words.
        judged_from: when the period that ``judgement`` is about began.
        judgement: how good predictions made in the same way were, one period earlier.
        fingerprint: fingerprint of the Dataset.
        seed: seed of the models.
    """

    frame: pd.DataFrame
    known: pd.DataFrame
    grounds: pd.DataFrame
    period_days: int
    begin: pd.Timestamp
    value_unit: str
    judged_from: pd.Timestamp
    judgement: Judgement
    fingerprint: str
    seed: int

    @property
    def sentence(self) -> str:
        """How good the churn risk is, for somebody who never heard of AUC."""
        found, day = self.judgement, self.judged_from
        compared = _compared(found.auc_gain, "better than", "not told apart from", "worse than")
        return (
            f"Tried on the {self.period_days} days from {day.day} {day:%B %Y}: of the tenth of users with the highest "
            f"risk {found.lift['observed'].iloc[0]:.0%} stayed away, of everybody {found.churned_share:.0%}. Of two "
            "users, one who stayed away and one who came back, it gave the first the higher risk "
            f"{found.auc.value:.0%} of the time, {compared} going by the last visit alone "
            f"({found.auc_recency.value:.0%})."
        )

    @property
    def value_sentence(self) -> str:
        """How good the expected value is, in words."""
        found = self.judgement
        if np.isnan(found.value_ratio):
            return f"Nobody brought anything in that time ({self.value_unit}), so there was no value to foretell."
        compared = _compared(found.mae_gain, "closer than", "not told apart from", "further off than")
        return (
            f"Expected values added up to {found.value_ratio:.2f} times what came, and the tenth of users expected to "
            f"be worth most brought {found.value_in_top:.0%} of it. A user's was {found.mae.value:,.2f} off on "
            f"average, {compared} supposing that everybody goes on as before ({found.mae_own.value:,.2f})."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the users' own rows as plain JSON data."""
        judged = {
            name: value.to_dict("records") if isinstance(value, pd.DataFrame) else value
            for name, value in asdict(self.judgement).items()
        }
        return {
            "fingerprint": self.fingerprint,
            "seed": self.seed,
            "period_days": self.period_days,
            "begin": self.begin.isoformat(),
            "judged_from": self.judged_from.isoformat(),
            "value_unit": self.value_unit,
            "users": int(self.frame["churn_risk"].notna().sum()),
            "sentence": self.sentence,
            "value_sentence": self.value_sentence,
            "judgement": judged,
        }


def check_predictable(dataset: Dataset, period_days: int | None = None) -> int:
    """Return the length of the period in days: the one asked for, else whole weeks, at most four.

    Raises:
        DataError: the log has no times, or is too short.
    """
    if not dataset.has_time:
        raise DataError("This log has no times, so nothing can be foretold. Load one with a column of times.")
    if period_days is not None and period_days < 1:
        raise DataError(f"The period was {period_days} days; it must be 1 or more, for instance 28.")
    time = dataset.interactions["time"]
    span = int((time.max() - time.min()).total_seconds() // DAY_SECONDS)
    usual = min(LONGEST_DAYS, max(SHORTEST_DAYS, span // PERIODS // 7 * 7))
    days = usual if period_days is None else period_days
    if span < PERIODS * days:
        raise DataError(
            f"This log spans {span:,} days; to foretell {days:,} days takes {PERIODS * days:,}: a history, and a "
            "period each to learn from, to calibrate on and to be judged by. "
            + ("Load a longer log." if days <= SHORTEST_DAYS else "Load a longer log, or choose a shorter period.")
        )
    return days


def predict_people(
    dataset: Dataset, *, period_days: int | None = None, seed: int = 0, report: Report | None = None
) -> Predictions:
    """Predict every user's churn risk and expected value for the period after the log's end.

    Nothing is judged by what it was learned from: for the judgement models are fitted three periods before the end,
    calibrated two and judged one; for the predictions each step is a period later.

    Args:
        dataset: a log with times.
        period_days: length of the period; whole weeks that go five times into the log by default, at most four.
        seed: seed of the models.
        report: told the stage.

    Raises:
        DataError: the log has no times, is too short, or nearly everybody came back or stayed away.
    """
    say = report or _silent
    days = check_predictable(dataset, period_days)
    length = days * DAY_SECONDS
    # The last moment belongs to the log.
    end = int(dataset.interactions["time"].to_numpy("datetime64[s]").astype(np.int64).max()) + 1
    say("Looking back over the log", None, None)
    third, second, first = (period(dataset, end - back * length, days) for back in (3, 2, 1))
    # One thread: for a table of this width the threads' waiting for each other costs more than they bring.
    with threadpool_limits(limits=1):
        say("Learning from one period, judging by a later one", None, None)
        judgement = judge(learn(third, second, seed), first)
        say("Foretelling the next period", None, None)
        learned = learn(second, first, seed)
        known = features(dataset, end, days)
        risk, worth = learned.churn_risk(known), learned.value_if_back(known)
        found = grounds(learned, known)
    told = {"churn_risk": risk, "expected_value": (1 - risk) * worth, "at_stake": risk * worth}
    return Predictions(
        frame=pd.DataFrame(told, index=known.index).reindex(range(dataset.n_users)),
        known=known,
        grounds=found,
        period_days=days,
        begin=pd.Timestamp(end, unit="s", tz="UTC"),
        value_unit=row_values(dataset)[1],
        judged_from=pd.Timestamp(end - length, unit="s", tz="UTC"),
        judgement=judgement,
        fingerprint=dataset.fingerprint,
        seed=seed,
    )


def task(request: Mapping[str, Any], report: Report | None = None) -> Predictions:
    """Predict the users of a stored Dataset; for the job runner.

    Args:
        request: ``dataset`` (fingerprint); by choice ``period_days`` and ``seed`` (0).
        report: told the stage.

    Raises:
        DataError: as ``predict_people``.
    """
    dataset = store.get(request["dataset"])
    return predict_people(dataset, period_days=request.get("period_days"), seed=request.get("seed", 0), report=report)


def _compared(gain: Estimate, better: str, same: str, worse: str) -> str:
    """Return which of the words an interval of a gain allows."""
    if gain.low is not None and gain.low > 0:
        return better
    return worse if gain.high is not None and gain.high < 0 else same


def _silent(stage: str, done: int | None, total: int | None) -> None:
    """Say nothing."""
