"""Metrics: what an experiment measures of each unit, and how the numbers are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from engine.errors import ExperimentError, unknown

Kind = Literal["mean", "proportion", "ratio", "count", "quantile"]
Role = Literal["primary", "secondary", "guardrail"]
Direction = Literal["higher", "lower"]

KINDS: tuple[Kind, ...] = ("mean", "proportion", "ratio", "count", "quantile")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of an experiment.

    Attributes:
        name: its name in results, for instance ``revenue_per_user``.
        kind: ``mean`` (average of a quantity over units), ``proportion`` (share of units whose quantity
            is 1; the quantity must be 0 or 1), ``ratio`` (sum of one quantity over the sum of another,
            where the unit of randomisation is coarser than the denominator, such as clicks / impressions),
            ``count`` (average number of events a unit, such as orders; compared as a mean, for units
            differ more than a Poisson distribution allows) or ``quantile`` (over units, such as the 95th
            percentile of latency).
        numerator: the quantity of the log it averages.
        denominator: the quantity below the line; for ratios only.
        role: ``primary`` decides, ``secondary`` informs, ``guardrail`` must not get worse.
        direction: which way is good.
        margin: for guardrails, the relative loss that is still acceptable (0.02 = 2%); None elsewhere.
        title: what a reader calls it.
        unit: ``share`` (of every proportion), ``money``, ``count`` or ``""``: how its value is written.
        quantile: which one, between 0 and 1; for quantiles only.
        cap: a percentile, such as 0.99: what a unit has beyond that quantile of all units is cut off (of a
            ratio: its numerator). None to take every value as it is.
        covariates: what was known of each unit before the experiment and foretells the metric (CUPED), by
            the names of the log's covariates; ``above/below`` for the ratio of two of them.
    """

    name: str
    kind: Kind
    numerator: str
    denominator: str | None = None
    role: Role = "secondary"
    direction: Direction = "higher"
    margin: float | None = None
    title: str = ""
    unit: str = ""
    quantile: float | None = None
    cap: float | None = None
    covariates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind == "proportion" and not self.unit:
            object.__setattr__(self, "unit", "share")
        if self.kind not in KINDS:
            raise ExperimentError(unknown("Metric kind", str(self.kind), KINDS))
        if (self.kind == "ratio") != (self.denominator is not None):
            raise ExperimentError(
                f"Metric '{self.name}' is a {self.kind} with denominator {self.denominator!r}; "
                "a ratio needs a denominator, every other kind has none."
            )
        if self.margin is not None and not (self.role == "guardrail" and 0 < self.margin < 1):
            raise ExperimentError(
                f"Metric '{self.name}' has margin {self.margin} as a {self.role} metric; a margin is the "
                "relative loss a guardrail may show, between 0 and 1 (0.02 for 2%)."
            )
        if self.role == "guardrail" and self.margin is None:
            raise ExperimentError(f"Guardrail '{self.name}' has no margin; give one, such as 0.02 for 2%.")
        if (self.kind == "quantile") != (self.quantile is not None):
            raise ExperimentError(
                f"Metric '{self.name}' is a {self.kind} with quantile {self.quantile!r}; a quantile names which one, "
                "such as 0.95, every other kind has none."
            )
        for what, level in (("quantile", self.quantile), ("cap", self.cap)):
            if level is not None and not 0 < level < 1:
                raise ExperimentError(
                    f"Metric '{self.name}' has {what} {level}; expected between 0 and 1, such as 0.99."
                )
        if self.cap is not None and self.kind in ("proportion", "quantile"):
            raise ExperimentError(
                f"Metric '{self.name}' is a {self.kind}, which has nothing to cap. Leave its cap out."
            )
        if self.covariates and self.kind == "quantile":
            raise ExperimentError(
                f"Metric '{self.name}' is a quantile; covariates adjust every other kind. Leave them out."
            )

    @property
    def label(self) -> str:
        """The title, or the name with spaces where there is none."""
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities of the log it needs."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


#: What every simulated experiment measures. ``purchased`` is 1 for a unit with at least one purchase.
SIMULATED: tuple[Metric, ...] = (
    Metric(
        name="click_through",
        kind="ratio",
        numerator="clicks",
        denominator="impressions",
        title="Click-through rate",
        unit="share",
    ),
    Metric(name="conversion", kind="proportion", numerator="purchased", title="Conversion", unit="share"),
    Metric(name="revenue_per_user", kind="mean", numerator="revenue", title="Revenue per user", unit="money"),
    Metric(
        name="sessions",
        kind="mean",
        numerator="sessions",
        role="guardrail",
        margin=0.05,
        title="Sessions per user",
        unit="count",
    ),
)


def with_primary(metrics: Sequence[Metric], name: str) -> tuple[Metric, ...]:
    """Return ``metrics`` with ``name`` as the primary metric and first; a former primary becomes secondary.

    Raises:
        ExperimentError: where no metric is called ``name``.
    """
    chosen = find(metrics, name)
    primary = replace(chosen, role="primary", margin=None)
    others = (
        replace(metric, role="secondary") if metric.role == "primary" else metric
        for metric in metrics
        if metric.name != name
    )
    return (primary, *others)


def find(metrics: Iterable[Metric], name: str) -> Metric:
    """Return the metric called ``name``.

    Raises:
        ExperimentError: where no metric is called ``name``.
    """
    by_name = {metric.name: metric for metric in metrics}
    if name not in by_name:
        raise ExperimentError(unknown("Metric", name, by_name))
    return by_name[name]
