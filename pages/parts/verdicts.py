"""The verdict in words: the banner, the answer beside the truth, and the health checks behind it."""

from __future__ import annotations

import streamlit as st

from experiments.metrics import find
from experiments.reading import readings
from experiments.results import Results
from pages.parts import formats, glossary, headline, planning

_TONES: dict[str, headline.Tone] = {
    "ship": "success",
    "stop": "error",
    "keep_running": "info",
    "inconclusive": "warning",
    "unhealthy": "error",
}
_CHECKS = {"ok": ":material/check_circle:", "warning": ":material/warning:", "failed": ":material/error:"}


def answer(results: Results) -> str:
    """Return the verdict as the page's first line."""
    verdict = results.verdict
    control = planning.title(results.plan.variants[0])
    return {
        "ship": f"Ship {planning.title(verdict.variant or '')} instead of {control}.",
        "stop": f"Stop: keep {control}.",
        "keep_running": f"Keep running, {formats.plural(verdict.days_left, 'day')} left: nothing is settled yet.",
        "inconclusive": "Inconclusive: this test does not settle it.",
        "unhealthy": "Unhealthy: the figures cannot be trusted.",
    }[verdict.status]


def who(results: Results) -> str:
    """Return who was compared with whom, on how many users and days."""
    control, *treatments = (planning.title(name) for name in results.plan.variants)
    units = formats.plural(results.meta.units, "simulated user" if results.meta.simulated else "user")
    return (
        f"{', '.join(treatments)} against {control} (control) · {units} made from {results.meta.dataset} · "
        f"{formats.plural(results.meta.days, 'day')}"
    )


def banner(results: Results) -> None:
    """Draw the verdict with its reason and the next step."""
    verdict = results.verdict
    headline.banner(
        _TONES[verdict.status], f"**{verdict.title}.** {verdict.reason}\n\n**Next step:** {verdict.next_step}"
    )


def beside_truth(results: Results) -> str:
    """Return what the test says of the primary metric, beside what is true, for its first or named treatment."""
    rows = readings(results)
    primary = rows[rows["role"] == "primary"]
    named = primary[primary["variant"] == results.verdict.variant]
    row = (named if len(named) else primary).iloc[0]
    metric = glossary.title(row["metric"])
    if row["outcome"] == "missing":
        return f"Not enough data on {metric.lower()}: {row['explanation']}"
    said = formats.interval(formats.uplift(row["relative_low"]), formats.uplift(row["relative_high"]))
    held = {True: "the interval holds the truth", False: "the interval misses the truth"}.get(row["inside"], "")
    return (
        f"{metric} in {planning.title(row['variant'])}: the test says {formats.uplift(row['relative'])} ({said}), the "
        f"truth is {formats.uplift(row['true_relative'])}: {held}."
    )


def figures(results: Results) -> None:
    """Draw the primary metric and the size of the test as figures."""
    rows = readings(results)
    row = rows[rows["role"] == "primary"].iloc[0]
    metric = find(results.plan.metrics, row["metric"])
    missing = row["outcome"] == "missing"
    pairs = [
        (f"{glossary.title(metric.name)}, uplift", formats.NO_VALUE if missing else formats.uplift(row["relative"])),
        ("p_value", formats.p_value(row["p_value_adjusted"])),
    ]
    if results.meta.simulated:
        pairs.append(("true_uplift", formats.uplift(row["true_relative"])))
    pairs += [("Users", formats.count(results.meta.units)), ("Days", formats.count(results.meta.days))]
    headline.figures(pairs)
    interval = formats.interval(formats.uplift(row["relative_low"]), formats.uplift(row["relative_high"]))
    st.caption(
        f"{glossary.title(metric.name)} of {planning.title(row['variant'])} against the control; the uplift's "
        f"{formats.share(1 - results.plan.alpha, 0)} interval is {interval}."
    )
    if row["suspicious"]:
        headline.banner("warning", f"{metric.label}: suspiciously large. Check how it is counted before believing it.")


def checks(results: Results) -> None:
    """List the health checks, what each found and what to do."""
    st.subheader("Is the experiment sound?", anchor=False, help=glossary.tip("srm"))
    for check in results.checks:
        words = {"ok": "OK", "warning": "Take care", "failed": "Failed"}[check.status]
        st.markdown(f"{_CHECKS[check.status]} **{check.title}: {words}.** {check.sentence} {check.next_step}".strip())
