"""What users did before an experiment, and how well it foretells what they do in it (CUPED)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.dataset import Dataset
from experiments.activity import QUANTITIES, Activity, activity
from experiments.measured import measured
from experiments.metrics import Metric
from experiments.moments import Floats, moments

#: Covariates of a unit of a simulated experiment: what its user did in the log, by name, with the quantity.
BEFORE: Mapping[str, str] = {
    f"{quantity} before": quantity for quantity in ("sessions", "clicks", "purchases", "revenue")
}

_LEAST_UNITS = 20  # fewer tell nothing of a correlation


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """How well what users did before foretells a metric of theirs.

    Attributes:
        explained: share of the metric's variance that all covariates together explain; 0 where unknown.
        units: users of the later part of the log.
        days: length of the later part.
        days_before: length of the part before it.
        sentence: what was found, and on what.
    """

    explained: float
    units: int
    days: int
    days_before: int
    sentence: str

    @property
    def correlation(self) -> float:
        """Multiple correlation of the metric with the covariates."""
        return float(np.sqrt(self.explained))


def done_before(dataset: Dataset) -> dict[str, Floats]:
    """Return what every user did in the whole log, each of shape (users,), by the names of ``BEFORE``.

    These are the covariates of an experiment that begins where the log ends. Users without a row did nothing.

    Raises:
        ExperimentError: where the log is empty.
    """
    done = activity(dataset)
    return _summed(done, np.ones(len(done.user), dtype=bool))


def foretell(dataset: Dataset, metrics: Sequence[Metric], days: int) -> dict[str, Foretold]:
    """Return how well the first part of the log foretells each metric in its last ``days`` days, by name.

    Units are the users of the later part, newcomers among them: nothing was known of those, as in an
    experiment. A log shorter than twice ``days`` is cut in its middle. The share explained is that of a
    regression on all of ``BEFORE`` (Deng, Xu, Kohavi & Walker 2013, section 3.3), without what as many
    unrelated covariates would explain by chance (the adjusted R squared of Ezekiel 1930).

    Args:
        dataset: the log.
        metrics: those of other kinds than quantile are foretold; what the log does not hold is not.
        days: planned length of the experiment, 1 or more.
    """
    done = activity(dataset)
    later = min(days, done.span // 2)
    if later < 1:
        return {each.name: _unknown("The log is a single day, so nothing comes before it.") for each in metrics}
    after = done.day >= done.span - later
    seen = np.unique(done.user[after])
    earlier, within = _summed(done, ~after), _by_user(done, after)
    within[:, QUANTITIES.index("purchased")] = within[:, QUANTITIES.index("purchased")] > 0
    known = [name for name in BEFORE if np.ptp(earlier[name][seen]) > 0]
    table = moments(
        np.column_stack([within[seen], *(earlier[name][seen] for name in known)]),
        np.zeros(len(seen), dtype=np.int64),
        1,
        quantities=[*QUANTITIES, *known],
    )
    found = {}
    for metric in metrics:
        if metric.kind == "quantile":
            found[metric.name] = _unknown("Covariates do not adjust a quantile.")
        elif not done.measured.issuperset(metric.quantities):
            found[metric.name] = _unknown("The log does not hold the metric, so nothing can be correlated with it.")
        elif len(seen) < _LEAST_UNITS or not known:
            found[metric.name] = _unknown("Too few users were there both before and after to correlate.")
        else:
            squared = float(measured(table, metric, known).explained)
            adjusted = 1 - (1 - squared) * (len(seen) - 1) / (len(seen) - len(known) - 1)
            explained = float(np.clip(np.nan_to_num(adjusted), 0.0, 0.99))
            found[metric.name] = Foretold(
                explained=explained,
                units=len(seen),
                days=later,
                days_before=done.span - later,
                sentence=(
                    f"Correlation {np.sqrt(explained):.2f} between what {len(seen):,} users did in the log's last "
                    f"{later} days and in the {done.span - later} days before."
                ),
            )
    return found


def _summed(done: Activity, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> dict[str, Floats]:
    by_user = _by_user(done, rows)
    return {name: by_user[:, QUANTITIES.index(quantity)] for name, quantity in BEFORE.items()}


def _by_user(done: Activity, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Return each user's sums over the given rows, shape (users, quantities)."""
    columns = [np.bincount(done.user[rows], weights=column[rows], minlength=done.n_users) for column in done.values.T]
    return np.stack(columns, axis=1)


def _unknown(sentence: str) -> Foretold:
    return Foretold(explained=0.0, units=0, days=0, days_before=0, sentence=sentence)
