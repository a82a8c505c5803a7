"""What to measure in an export, proposed from its columns: a start for a reader to correct."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from experiments.metrics import Metric

#: What a guardrail may lose where nobody has said.
USUAL_MARGIN = 0.05

_DECIDES = re.compile(r"conver|purchas|order|bought|subscri|sign_?up|retain|click")
_BETTER_LOW = re.compile(
    r"latenc|load|_ms$|duration|wait|error|crash|fail|bounce|refund|return(s|ed)$|churn|unsub|complain|cost"
)
_GUARDS = re.compile(r"latenc|load|_ms$|error|crash|fail|unsub|complain")
_BELOW = re.compile(r"^(sessions?|visits?|views?|page_?views?|impressions?|exposures?|orders?)$")


def propose_metrics(
    kinds: Mapping[str, str], covariates: Mapping[str, Sequence[str]] | None = None
) -> tuple[Metric, ...]:
    """Return a metric for each column, the primary first and the guardrails last.

    Args:
        kinds: ``mean`` or ``proportion`` by column.
        covariates: columns of the time before, by column.
    """
    known = covariates or {}
    made = [propose_metric(column, kind, covariates=known.get(column, ())) for column, kind in kinds.items()]
    deciding = [metric for metric in made if not _GUARDS.search(metric.name.lower())] or made
    if not deciding:
        return ()
    shares = [metric for metric in deciding if metric.kind == "proportion"]
    named = [metric for metric in (*shares, *deciding) if _DECIDES.search(metric.name.lower())]
    primary = next(iter((*named, *shares, *deciding)))
    others = [metric for metric in made if metric is not primary]
    return (
        replace(primary, role="primary"),
        *(metric for metric in others if not _GUARDS.search(metric.name.lower())),
        *(
            replace(metric, role="guardrail", margin=USUAL_MARGIN)
            for metric in others
            if _GUARDS.search(metric.name.lower())
        ),
    )


def propose_metric(name: str, kind: str = "mean", *, covariates: Sequence[str] = ()) -> Metric:
    """Return the secondary metric of a column, or of ``above/below``, which is a ratio."""
    above, slash, below = name.partition("/")
    ratio = bool(slash and above and below)
    return Metric(
        name=name,
        kind="ratio" if ratio else "proportion" if kind == "proportion" else "mean",
        numerator=above if ratio else name,
        denominator=below if ratio else None,
        direction="lower" if _BETTER_LOW.search(name.lower()) else "higher",
        covariates=tuple(covariates),
    )


def propose_ratios(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the ratios of columns that are often looked at, such as ``orders/sessions``."""
    below = [column for column in columns if _BELOW.search(column.lower())]
    above = [column for column in columns if _DECIDES.search(column.lower())]
    return tuple(f"{one}/{other}" for other in below for one in above if one != other)
