"""What to think about before an experiment starts."""

from __future__ import annotations

import math
from collections.abc import Iterator

from experiments.boundaries import peeking_error
from experiments.history import History
from experiments.outlook import Outlook
from experiments.plan import Plan
from experiments.planning import family, monitoring_of
from experiments.wording import count, lasting, percent, share

_RARE = 0.01  # a base rate below it asks for unusually many users
_MOST_TESTS = 5
_WEEK = 7


def cautions(plan: Plan, past: History, found: Outlook) -> tuple[str, ...]:
    """Return what to beware of in ``plan``, a sentence each; none where all is well.

    Args:
        plan: as it will be written down.
        past: the log it was planned on.
        found: what it can hope to find there.
    """
    return (
        *_of_the_metric(plan, found),
        *_of_many_tests(plan),
        *_of_length(plan, past, found),
        *_of_stopping(plan, found),
        *_of_guardrails(found, min(plan.days, len(found.days))),
    )


def _of_the_metric(plan: Plan, found: Outlook) -> Iterator[str]:
    metric = plan.primary
    if not found.measured:
        yield f"{metric.label} is not in this log: {found.source[0].lower()}{found.source[1:]}"
    if metric.unit == "share" and found.baseline < _RARE:
        yield (
            f"{metric.label} is only {share(found.baseline, 2)}. At so low a base rate a test needs very many users; "
            "a metric that more users move, such as click-through, is found sooner."
        )


def _of_many_tests(plan: Plan) -> Iterator[str]:
    metrics, treatments = len(plan.metrics) - len(plan.guardrails), len(plan.variants) - 1
    tests = metrics * treatments
    if tests <= _MOST_TESTS:
        return
    what = f"{tests} comparisons ({metrics} metrics × {treatments} treatments)"
    bayesian = plan.stopping == "bayesian"
    if plan.correction == "none" or bayesian:
        chance = 1 - (1 - plan.alpha) ** tests
        so = "a chance to win is never corrected" if bayesian else "no correction"
        advice = "Decide by the primary metric alone." if bayesian else "Correct them, or decide by the primary one."
        yield (
            f"{what}, and {so}: with no true uplift anywhere, the chance that at least one looks decided is up to "
            f"{share(chance, 0)}. {advice}"
        )
    else:
        yield (
            f"{what} share the significance level of {share(plan.alpha, 0)}: each is tested at "
            f"{share(plan.alpha / family(plan), 2)}, which takes more users. Fewer treatments are found sooner."
        )


def _of_length(plan: Plan, past: History, found: Outlook) -> Iterator[str]:
    planned = min(plan.days, len(found.days))
    if not found.mde_planned <= (plan.mde or 0):
        reach = "finds nothing smaller"
        if not math.isnan(found.mde_planned):
            reach = f"finds {percent(found.mde_planned, 0)} or more"
        yield (
            f"{lasting(planned)} {'is' if planned == 1 else 'are'} too short: a test of that length {reach}. A smaller "
            "uplift ends as inconclusive."
        )
    if plan.days < _WEEK:
        yield (
            f"{lasting(plan.days)} {'is' if plan.days == 1 else 'are'} less than a week; weekdays and weekends often "
            "differ. Plan whole weeks."
        )
    elif plan.days % _WEEK:
        more = _WEEK - plan.days % _WEEK
        yield (
            f"{plan.days} days are not whole weeks, so some weekdays count more often than others. Plan "
            f"{plan.days + more} days instead."
        )
    if not past.timed:
        yield "The log has no times: all of it is read as one day, so it cannot tell how many days a test takes."
    elif plan.days > (days := len(past.users)):
        brings = f"{days} {'brings' if days == 1 else 'bring'}"
        yield f"The log tells of {lasting(days)}; what {plan.days} days bring is read as what {brings}."
    even = 2 * len(plan.split)
    weights = [part for part in plan.shares if part > 0]
    cost = (1 / weights[0] + 1 / min(weights[1:])) / even
    if cost > 1.02:
        yield f"This split needs {share(cost - 1, 0)} more users than an even one."


def _of_stopping(plan: Plan, found: Outlook) -> Iterator[str]:
    looks = monitoring_of(plan).looks
    if plan.stopping == "bayesian" and looks > 1:
        error = peeking_error(looks, alpha=plan.alpha)
        yield (
            f"Nothing bounds how often a Bayesian reading errs over several looks: read on each of {looks} days under "
            f"a flat prior, up to {share(error, 0)} of tests without any uplift would be called sooner or later."
        )
    elif found.inflation > 1.02:
        often = "every day" if looks == plan.days else f"{looks} times"
        yield (
            f"Looking {often} costs about {share(found.inflation - 1, 0)} more users at the planned end than one look; "
            f"with the uplift you plan for, the test stops after {share(found.size.expected_share, 0)} of them on "
            "average."
        )


def _of_guardrails(found: Outlook, planned: int) -> Iterator[str]:
    for each in found.guardrails:
        metric = each.metric
        if each.size is None:
            yield f"{metric.label} shows no spread in this log, so nothing is known of what its margin takes."
            continue
        if each.ruled_out <= (metric.margin or 0.0):
            continue
        can = (
            f"{'is' if planned == 1 else 'are'} too little data to rule any loss out"
            if math.isnan(each.ruled_out)
            else f"can only rule out {share(each.ruled_out, 0)} or more"
        )
        yield (
            f"{metric.label} may lose {share(metric.margin, 0)} by plan, but {lasting(planned)} {can}: even a good "
            f"treatment may stay undecided. Ruling it out takes {count(math.ceil(each.size.total))} users. Widen the "
            "margin or run longer."
        )
