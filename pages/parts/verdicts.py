"""The verdict in words: the banner, the answer beside the truth, and the health checks behind it."""

from __future__ import annotations

import streamlit as st

from experiments.describing import interval_name, stopping_rule
from experiments.metrics import find
from experiments.reading import readings
from experiments.results import Results
from experiments.verdict import TITLES, Status
from pages.parts import formats, glossary, headline

_TONES: dict[str, headline.Tone] = {
    "ship": "success",
    "stop": "error",
    "keep_running": "info",
    "inconclusive": "warning",
    "unhealthy": "error",
}
_SIGNS = {"ship": "▲", "stop": "▼", "keep_running": "●", "inconclusive": "◆", "unhealthy": "✖"}
_CHECKS = {"ok": ":material/check_circle:", "warning": ":material/warning:", "failed": ":material/error:"}


def word(status: Status) -> str:
    """Return a verdict in a word, with a sign so that lists can be scanned: ``▲ Ship``."""
    return f"{_SIGNS[status]} {TITLES[status]}"


def answer(results: Results) -> str:
    """Return the verdict as the page's first line."""
    verdict = results.verdict
    plan = results.plan
    control = plan.title(plan.variants[0])
    return {
        "ship": f"Ship {plan.title(verdict.variant or plan.variants[-1])} instead of {control}.",
        "stop": f"Stop: keep {control}.",
        "keep_running": f"Keep running, {formats.plural(verdict.days_left, 'day')} left: nothing is settled yet.",
        "inconclusive": "Inconclusive: this test does not settle it.",
        "unhealthy": "Unhealthy: the figures cannot be trusted.",
    }[verdict.status]


def who(results: Results) -> str:
    """Return who was compared with whom, on how many users and days."""
    meta, plan = results.meta, results.plan
    control, *treatments = (plan.title(name) for name in plan.variants)
    made = f"simulated users made from {meta.dataset}" if meta.simulated else f"units in {meta.dataset}"
    return formats.words(
        f"{', '.join(treatments)} against {control} (control) · {formats.count(meta.units)} {made} · "
        f"{formats.plural(meta.days, 'day')}"
    )


def banner(results: Results) -> None:
    """Draw the verdict with its reason and the next step."""
    verdict = results.verdict
    headline.banner(
        _TONES[verdict.status],
        f"**{verdict.title}.** {formats.words(verdict.reason)}\n\n**Next step:** {formats.words(verdict.next_step)}",
    )


def beside_truth(results: Results) -> str:
    """Return what the test says of the primary metric, beside what is true, for its first or named treatment."""
    rows = readings(results)
    primary = rows[rows["role"] == "primary"]
    named = primary[primary["variant"] == results.verdict.variant]
    row = (named if len(named) else primary).iloc[0]
    metric = find(results.plan.metrics, row["metric"]).label
    if row["outcome"] == "missing":
        return f"Not enough data on {metric.lower()}: {row['explanation']}"
    said = formats.interval(formats.uplift(row["relative_low"]), formats.uplift(row["relative_high"]))
    held = {True: "the interval holds the truth", False: "the interval misses the truth"}.get(row["inside"], "")
    return (
        f"{metric} in {results.plan.title(row['variant'])}: the test says {formats.uplift(row['relative'])} ({said}), "
        f"the truth is {formats.uplift(row['true_relative'])}: {held}.{_worlds(results, row['metric'], row['variant'])}"
    )


def _worlds(results: Results, metric: str, variant: str) -> str:
    """Return in how many plausible worlds there is uplift, where they were asked."""
    if results.worlds is None:
        return ""
    found = results.worlds.conclusion(metric, variant)
    return f" Uplift in {found.better} of {formats.plural(found.worlds, 'plausible world')}."


def worlds(results: Results) -> None:
    """Say what the plausible worlds say of the primary metric, a line a treatment, where they were asked."""
    if results.worlds is None:
        return
    for variant in results.plan.variants[1:]:
        found = results.worlds.conclusion(results.plan.primary.name, variant)
        st.markdown(f"**{results.plan.title(variant)}, {results.plan.primary.label}.** {formats.words(found.sentence)}")


def figures(results: Results) -> None:
    """Draw the primary metric and the size of the test as figures."""
    plan, meta = results.plan, results.meta
    rows = readings(results)
    primary = rows[rows["role"] == "primary"]
    named = primary[primary["variant"] == results.verdict.variant]
    row = (named if len(named) else primary).iloc[0]
    metric = find(plan.metrics, row["metric"])
    missing = row["outcome"] == "missing"
    pairs = [(f"{metric.label}, uplift", formats.NO_VALUE if missing else formats.uplift(row["relative"]))]
    if plan.stopping == "bayesian":
        pairs.append(("chance_to_win", formats.share(row["chance_to_win"])))
    else:
        pairs.append(("p_value", formats.p_value(row["p_value_adjusted"])))
    if meta.simulated:
        pairs.append(("true_uplift", formats.uplift(row["true_relative"])))
    if results.worlds is not None:
        found = results.worlds.conclusion(row["metric"], row["variant"])
        pairs.append(("plausible_worlds", f"{found.better} of {found.worlds}"))
    pairs += [("Users" if meta.simulated else "Units", formats.count(meta.units)), ("Days", formats.count(meta.days))]
    headline.figures(pairs)
    interval = formats.interval(formats.uplift(row["relative_low"]), formats.uplift(row["relative_high"]))
    st.caption(
        f"{metric.label} of {plan.title(row['variant'])} against the control; the uplift's "
        f"{interval_name(plan, days_run=meta.days)} is {interval}. The plan: {stopping_rule(plan)}."
    )
    if row["suspicious"]:
        if meta.simulated:
            known = formats.uplift(row["true_relative"])
            headline.banner(
                "info",
                f"{metric.label}: suspiciously large for a live test, where you would check how it is counted before "
                f"believing it. Here the truth is known: {known}.",
            )
        else:
            said = f"{metric.label}: suspiciously large. Check how it is counted before believing it."
            headline.banner("warning", said)


def checks(results: Results) -> None:
    """List the health checks, what each found and what to do."""
    st.subheader("Is the experiment sound?", anchor=False, help=glossary.tip("srm"))
    for check in results.checks:
        words = {"ok": "OK", "warning": "Take care", "failed": "Failed"}[check.status]
        said = formats.words(f"{check.sentence} {check.next_step}".strip())
        st.markdown(f"{_CHECKS[check.status]} **{check.title}: {words}.** {said}")


def adherence(results: Results) -> None:
    """Say whether the analysis followed the plan that was made before."""
    found = results.adherence
    if found is None:
        return
    st.subheader("Was the plan followed?", anchor=False)
    if found.followed:
        st.markdown(f":material/check_circle: **Yes.** {formats.words(found.sentence)}")
    else:
        st.markdown(f":material/warning: **Not as it was made.** {formats.words(found.sentence)}")
