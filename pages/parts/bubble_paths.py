"""The two axes that a filter bubble and homogenisation move along, as paths over the rounds."""

from __future__ import annotations

import streamlit as st

from engine.discovery.study import BubbleStudy
from pages.parts import charts, formats, glossary
from pages.parts.bubble_arms import looks


def draw(study: BubbleStudy) -> None:
    """Draw each arm's path from the first block of rounds to the last: spread within against distance between."""
    st.subheader(
        "Does each person narrow, or does everybody become the same?",
        anchor=False,
        help=f"{glossary.tip('distance_between_users')}\n\n{glossary.tip('consumed_diversity')}",
    )
    st.write(
        "Down is a **filter bubble**: each person's consumption narrows. Left is **homogenisation**: people's "
        "consumption becomes alike. A policy can do one without the other. Each mark is a block of rounds, the "
        "largest the last."
    )
    within, between = study.by_block("diversity"), study.by_block("distance_between_users")
    blocks = within.value.shape[1]
    chart = charts.figure(x_title="distance between users", y_title="spread within a user", height=440)
    names = [f"rounds {a + 1} to {b}" for a, b in zip(study.blocks, study.blocks[1:], strict=False)]
    rows = study.block_frame()
    for place, look in enumerate(looks(study)):
        chart.add_scatter(
            x=between.value[place, :, 0],
            y=within.value[place, :, 0],
            mode="lines+markers",
            name=look.title,
            line={"color": look.colour, "width": 2, "dash": look.dash},
            marker={
                "symbol": look.symbol,
                "size": [6] * (blocks - 1) + [14],
                "color": look.colour,
                "line": {"color": look.colour, "width": 2},
            },
            customdata=[
                [name, formats.interval(formats.decimal(a, 2), formats.decimal(b, 2))]
                for name, a, b in zip(names, within.low[place, :, 0], within.high[place, :, 0], strict=True)
            ],
            hovertemplate="%{customdata[0]}: distance %{x:.3f}, spread %{y:.3f} (%{customdata[1]})<extra>"
            + look.title
            + "</extra>",
        )
    chart.update_xaxes(nticks=5, tickformat=".2f")
    chart.update_yaxes(nticks=6, tickformat=".2f")
    spoken = "; ".join(
        f"{arm.title} spread {formats.decimal(within.value[place, 0, 0], 2)} to "
        f"{formats.decimal(within.value[place, -1, 0], 2)}, distance "
        f"{formats.decimal(between.value[place, 0, 0], 2)} to {formats.decimal(between.value[place, -1, 0], 2)}"
        for place, arm in enumerate(study.arms)
    )
    charts.show(chart, alt=f"From the first rounds to the last: {spoken}", data=rows, name="bubble-paths")
