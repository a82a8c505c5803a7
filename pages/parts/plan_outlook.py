"""What a plan needs and what it could find: figures, the curve of MDE against days, and each guardrail."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from experiments.earlier import Foretold
from experiments.outlook import Outlook
from experiments.plan import Plan
from pages.parts import charts, formats, glossary, headline, tables


def figures(plan: Plan, found: Outlook) -> None:
    """Draw the figures the answer rests on."""
    days = formats.plural(plan.days, "day")
    stops = [("Stops after, on average", _day(found.days_expected))] if plan.stopping != "fixed" else []
    headline.figures(
        [
            ("Users needed", formats.count(found.size.total)),
            ("Days needed", formats.count(found.days_needed)),
            *stops,
            ("Today", formats.level(found.baseline, plan.primary.unit)),
            (f"Found in {days}", formats.uplift(found.mde_planned, 0)),
        ]
    )
    st.caption(f"Today: {plan.primary.label.lower()}, over {days}. {found.source}")
    if found.simulated is None:
        st.caption("What simulated users show of it is not known beforehand: they buy only what a slate shows them.")
    else:
        start = formats.level(found.simulated.baseline, plan.primary.unit)
        st.caption(
            f"Simulated users show about {start}: they buy only what a slate shows them, and click as often as is "
            f"assumed where the log cannot tell. {formats.plural(found.simulated.units, 'simulated user')} find "
            f"{formats.uplift(found.simulated.mde, 0)} or more in {days}."
        )


def savings(plan: Plan, found: Outlook, foretold: Foretold) -> None:
    """Say what covariates save, or would."""
    if plan.primary.covariates and foretold.explained:
        said = (
            f"saves {formats.plural(found.saved, 'user')} of {formats.count(found.size_plain.total)} "
            f"({formats.share(foretold.explained, 0)})"
        )
    elif foretold.explained:
        said = f"would save {formats.share(foretold.explained, 0)} of the users"
    else:
        said = "saves nothing here"
    st.caption(f"CUPED {said}. {foretold.sentence}")


def stopping(plan: Plan, found: Outlook) -> None:
    """Say how early the test stops on average."""
    if plan.stopping == "fixed" or found.days_expected is None:
        return
    st.caption(
        f"With the uplift you plan for, the test stops after {_day(found.days_expected)} on average; with no uplift "
        f"after {_day(found.days_expected_without)}; at the latest after {_day(found.days_needed)}."
    )


def curve(plan: Plan, found: Outlook) -> None:
    """Draw the smallest uplift found against the length of the test."""
    adjusted = bool(plan.primary.covariates) and found.saved > 0
    colours = charts.colours()
    chart = charts.figure(x_title="Days", y_title="Smallest uplift found", legend=adjusted)
    lines = [("With CUPED" if adjusted else "", found.mde, colours[0], "solid")]
    if adjusted:
        lines.append(("Without", found.mde_plain, colours[1], "dash"))
    for name, mde, colour, dash in lines:
        chart.add_scatter(
            x=found.days,
            y=mde,
            name=name,
            customdata=found.users,
            mode="lines+markers",
            line={"color": colour, "width": 2.5, "dash": dash},
            marker={"size": 5},
            hovertemplate="%{x} days, %{customdata:,.0f} users: %{y:+.1%}<extra></extra>",
        )
    if plan.mde is not None:
        charts.zero_line(chart, vertical=False, at=plan.mde)
        worth = f"worth finding: {formats.uplift(plan.mde, 0)}"
        chart.add_annotation(
            x=1, xref="paper", xanchor="right", y=plan.mde, yanchor="bottom", text=worth, showarrow=False
        )
    charts.zero_line(chart, vertical=True, at=plan.days)
    chart.add_annotation(x=plan.days, y=1, yref="paper", xanchor="left", text=" planned", showarrow=False)
    chart.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    chart.update_xaxes(nticks=8)
    charts.show(
        chart,
        alt=f"Smallest relative uplift of {plan.primary.label} found against days. At the planned "
        f"{formats.plural(plan.days, 'day')} it is {formats.uplift(found.mde_planned, 0)}.",
        data=pd.DataFrame(
            {"days": found.days, "users": found.users, "mde_relative": found.mde, "mde_without_cuped": found.mde_plain}
        ),
        name="mde-by-days",
    )


def guardrails(plan: Plan, found: Outlook) -> None:
    """Show what ruling out each guardrail's margin takes."""
    st.subheader("What the guardrails take", anchor=False, help=glossary.tip("guardrail"))
    if not found.guardrails:
        st.caption("The plan has none: nothing stops a treatment that wins by hurting something else.")
        return
    days = formats.plural(plan.days, "day")
    st.caption("A margin is ruled out when even the lower end of the guardrail's interval loses less than that.")
    shown = [
        {
            "Guardrail": each.metric.label,
            "Today": formats.level(each.baseline, each.metric.unit),
            "May lose": formats.share(each.metric.margin, 0),
            "Users to rule it out": formats.count(None if each.size is None else each.size.total),
            "Days": formats.count(each.days_needed),
            f"Ruled out in {days}": formats.share(each.ruled_out, 0),
        }
        for each in found.guardrails
    ]
    numbers = [
        {
            "guardrail": each.metric.name,
            "baseline": each.baseline,
            "margin": each.metric.margin,
            "users": None if each.size is None else each.size.total,
            "days": each.days_needed,
            "ruled_out": each.ruled_out,
        }
        for each in found.guardrails
    ]
    tables.table(pd.DataFrame(shown), "guardrails-planned", data=pd.DataFrame(numbers))


def _day(days: float | None) -> str:
    return formats.NO_VALUE if days is None else formats.plural(round(days), "day")
