"""What a remedy gains and costs: uplift against diversity, each policy a labelled point with its intervals."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.discovery.mitigation import Mitigation, Trade, mitigation
from engine.discovery.study import BubbleStudy
from engine.metrics.intervals import Estimate
from pages.parts import charts, formats, glossary, tables
from pages.parts.bubble_arms import looks

_COLUMNS = {
    "welfare": "Welfare",
    "clicks": "Clicks a session",
    "diversity": "Spread within a user",
    "popularity_lift": "Popularity lift",
}
_GAINS = {"welfare": "welfare", "clicks": "clicks_a_session"}


def draw(study: BubbleStudy) -> None:
    """Draw the trade of every policy beside one the reader chooses."""
    st.subheader("What does a remedy cost?", anchor=False)
    policies = [arm.name for arm in study.arms if arm.role == "policy"]
    title = {arm.name: arm.title for arm in study.arms}
    own = mitigation(study).reference.name
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reference = st.selectbox(
            "Beside",
            [*policies, "none"],
            index=policies.index(own),
            format_func=title.__getitem__,
            key="bubble_beside",
            bind="query-params",
            help="What every other policy's gain and cost is counted from.",
            width=260,
        )
        gain = st.selectbox(
            "Uplift in",
            list(_GAINS),
            format_func=lambda name: glossary.title(_GAINS[name]),
            key="bubble_gain",
            bind="query-params",
            width=300,
        )
        group = st.selectbox(
            "For",
            [group.name for group in study.groups],
            format_func=lambda name: formats.label(study.groups[study.group(name)].title),
            key="bubble_for",
            bind="query-params",
            width=240,
        )
    found = mitigation(study, reference=reference, group=group)
    for sentence in found.sentences:
        st.markdown(f"- {formats.words(sentence)}")
    _chart(study, found, gain)
    _table(found, group)


def _chart(study: BubbleStudy, found: Mitigation, gain: str) -> None:
    chart = charts.figure(
        x_title="uplift in clicks a session" if gain == "clicks" else "uplift in welfare (sd)",
        y_title="change in spread within a user",
        height=440,
        legend=False,
    )
    charts.zero_line(chart, vertical=False)
    charts.zero_line(chart, vertical=True)
    best = sorted(
        (trade for trade in found.trades if trade.on_frontier), key=lambda trade: getattr(trade, gain).value or 0.0
    )
    if gain == "welfare" and len(best) > 1:
        chart.add_scatter(
            x=[trade.welfare.value for trade in best],
            y=[trade.diversity.value for trade in best],
            mode="lines",
            line={"color": charts.neutral(), "width": 1.5},
            hoverinfo="skip",
        )
    drawn = [each for each in zip(found.trades, looks(study), strict=True) if each[0].arm.role == "policy"]
    for place, (trade, look) in enumerate(drawn):
        x: Estimate = getattr(trade, gain)
        y = trade.diversity
        faint = charts.translucent(look.colour, 0.6)
        chart.add_scatter(
            x=[x.value],
            y=[y.value],
            mode="markers+text",
            text=[look.title],
            textposition=("top center", "bottom center")[place % 2],
            cliponaxis=False,
            marker={"symbol": look.symbol, "size": 12, "color": look.colour},
            error_x=charts.whiskers(x, faint, thickness=1.5, width=4),
            error_y=charts.whiskers(y, faint, thickness=1.5, width=4),
            hovertemplate=f"{look.title}: {_said(gain, x)}; spread {_said('diversity', y)}<extra></extra>",
        )
    chart.update_xaxes(nticks=5, tickformat="+.0%" if gain == "clicks" else "+.2f")
    chart.update_yaxes(nticks=6, tickformat="+.2f")
    spoken = "; ".join(
        f"{trade.arm.title} {_said(gain, getattr(trade, gain))}, spread {_said('diversity', trade.diversity)}"
        for trade, _ in drawn
    )
    charts.show(
        chart,
        alt=f"Uplift against spread beside {found.reference.title}: {spoken}",
        data=found.frame(),
        name=f"bubble-frontier-{gain}",
    )


def _table(found: Mitigation, group: str) -> None:
    shown = pd.DataFrame(
        {
            "Policy": [trade.arm.title for trade in found.trades],
            **{
                column: [
                    "the reference" if trade.arm == found.reference else _said(name, getattr(trade, name))
                    for trade in found.trades
                ]
                for name, column in _COLUMNS.items()
            },
            "On the frontier": [_standing(trade) for trade in found.trades],
        }
    )
    columns = {"Policy": st.column_config.TextColumn(pinned=True)}
    tables.table(shown, f"bubble-mitigation-{group}", columns=columns, data=found.frame())
    st.caption(
        "Welfare and clicks over all rounds, spread and popularity lift in the last block of rounds; each less that of "
        f"{formats.words(found.reference.title)}, with its 95% band over the draws. On the frontier: no other policy "
        "has both more welfare and more spread; the references are nothing to choose."
    )


def _standing(trade: Trade) -> str:
    if trade.arm.role == "reference":
        return formats.NO_VALUE
    return "✓ yes" if trade.on_frontier else "no"


def _said(name: str, one: Estimate) -> str:
    low, high = _written(name, one.low), _written(name, one.high)
    return f"{_written(name, one.value)} ({formats.interval(low, high)})"


def _written(name: str, value: float | None) -> str:
    if name == "clicks":
        return formats.uplift(value)
    if name == "popularity_lift":
        return formats.points(value, 0)
    return formats.signed(value, 3 if name == "diversity" else 2)
