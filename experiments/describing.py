"""A plan in words: when it may stop, what its intervals are called, and by which methods it is read."""

from __future__ import annotations

from experiments.metrics import Metric
from experiments.multiplicity import Correction
from experiments.plan import Plan
from experiments.wording import share

CORRECTIONS: dict[Correction, str] = {
    "none": "not corrected",
    "holm": "corrected by Holm's method",
    "bh": "corrected by Benjamini and Hochberg's method",
    "bonferroni": "corrected by Bonferroni's method",
}
_SPENDING = {"obrien-fleming": "O'Brien–Fleming", "pocock": "Pocock"}


def stopping_rule(plan: Plan) -> str:
    """Return when ``plan`` may stop: ``one look, at the end``."""
    if plan.stopping == "fixed":
        return "one look, at the end"
    if plan.stopping == "always-valid":
        return "a look whenever you like, always-valid"
    if plan.stopping == "group-sequential":
        looks = plan.looks or plan.days
        return f"{looks} {'look' if looks == 1 else 'looks'}, group sequential, {_SPENDING[plan.spending]} spending"
    return "Bayesian, by the chance to win"


def interval_name(plan: Plan, *, days_run: int) -> str:
    """Return what the intervals that may be read after ``days_run`` days are called: ``95% interval``."""
    level = share(1 - plan.alpha, 0)
    if plan.stopping == "bayesian":
        return f"{level} credible interval"
    if plan.stopping == "group-sequential":
        return f"repeated {level} interval"
    early = plan.stopping == "always-valid" or days_run < plan.days
    return f"always-valid {level} interval" if early else f"{level} interval"


def prior(plan: Plan) -> str:
    """Return what a bayesian plan believes before it begins."""
    a, b = plan.prior.rate
    rates = "flat" if (a, b) == (1, 1) else f"Beta({a:g}, {b:g})"
    if plan.prior.relative_deviation is None:
        return f"{rates} on rates, flat on relative uplifts"
    return (
        f"{rates} on rates, normal with mean {share(plan.prior.relative_mean)} and standard deviation "
        f"{share(plan.prior.relative_deviation)} on relative uplifts"
    )


def measured(metric: Metric) -> str:
    """Return how ``metric`` is measured: ``mean of revenue, capped at its 99th percentile``."""
    above = metric.numerator
    words = {
        "mean": f"mean of {above}",
        "count": f"{above} per unit",
        "proportion": f"share of units with {above}",
        "ratio": f"{above} ÷ {metric.denominator}",
        "quantile": f"{_ordinal(metric.quantile)} of {above}",
    }[metric.kind]
    if metric.cap is not None:
        words += f", capped at the {_ordinal(metric.cap)}"
    if metric.covariates:
        words += f", adjusted by {', '.join(metric.covariates)}"
    return words


def methods(plan: Plan) -> tuple[str, ...]:
    """Return the methods that ``plan`` is read by, a sentence each, with their sources."""
    kinds = {metric.kind for metric in plan.metrics if not metric.covariates}
    said = []
    if kinds & {"mean", "count"}:
        said.append("Means and counts by Welch's t-test (Welch 1947).")
    if "proportion" in kinds:
        said.append("Proportions by the pooled z-test with Newcombe's interval (Newcombe 1998).")
    if "ratio" in kinds:
        said.append("Ratios by the delta method (Deng, Knoblich & Lu 2018).")
    if "quantile" in kinds:
        said.append("Quantiles by the density around them (Deng, Knoblich & Lu 2018; McKean & Schrader 1984).")
    said.append("Relative uplifts by the delta method, so they carry the uncertainty of the control's value too.")
    if any(metric.covariates for metric in plan.metrics):
        said.append(
            "Adjusted metrics by CUPED (Deng, Xu, Kohavi & Walker 2013): values are adjusted means, and the relative "
            "uplift divides by the control's adjusted mean. The estimate without adjustment stands beside."
        )
    if any(metric.cap is not None for metric in plan.metrics):
        said.append("Capped metrics count a unit's sum up to that percentile of all units of all variants.")
    if plan.cluster:
        said.append(f"Errors are cluster-robust by {plan.cluster} (Liang & Zeger 1986); n counts clusters.")
    said.append(
        {
            "fixed": "Read once, at the planned end; before it through an always-valid confidence sequence.",
            "always-valid": "Intervals are asymptotic confidence sequences (Waudby-Smith et al. 2024): they hold at "
            "every look.",
            "group-sequential": f"Alpha is spent over the looks by Lan & DeMets (1983), {_SPENDING[plan.spending]} "
            "type; intervals are repeated confidence intervals (Jennison & Turnbull 1989), p-values sequential ones "
            "(Liu & Anderson 2008).",
            "bayesian": f"Credible intervals, chance to win and expected loss from posteriors; prior {prior(plan)}. "
            "Looking often is allowed by the posterior, but false alarms then are more frequent than alpha.",
        }[plan.stopping]
    )
    if plan.stopping != "bayesian" and plan.correction != "none":
        said.append(
            f"P-values are {CORRECTIONS[plan.correction]} over all treatments and all metrics but guardrails; by "
            "segment, over all segments too."
        )
    if plan.guardrails:
        said.append(
            "Guardrails are read for non-inferiority: safe when the interval excludes a loss as large as the margin."
        )
    return (*said, "Sample ratio by Pearson's chi-square; whether segments differ by Cochran's Q.")


def _ordinal(level: float | None) -> str:
    if level is None:
        return ""
    number = f"{100 * level:g}"
    ending = (
        "th"
        if "." in number or number[-2:] in ("11", "12", "13")
        else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    )
    return f"{number}{ending} percentile"
