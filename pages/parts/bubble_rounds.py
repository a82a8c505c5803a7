"""One measure of a feedback study over the rounds, and for whom it ends where."""

from __future__ import annotations

import streamlit as st

from engine.discovery.measures import NAMES
from engine.discovery.study import BubbleStudy
from pages.parts import charts, formats, glossary
from pages.parts.bubble_arms import looks

_TERMS = {
    "diversity": "consumed_diversity",
    "category_diversity": "consumed_category_diversity",
    "popularity_lift": "shown_popularity_lift",
    "gini": "consumed_gini",
    "coverage": "consumed_coverage",
    "clicks": "clicks_a_session",
}
_SHARES = ("similar_overlap", "popularity_lift", "coverage", "retention")


def term(measure: str) -> str:
    """Return the glossary's name of a measure of the study."""
    return _TERMS.get(measure, measure)


def text(measure: str, value: float) -> str:
    """Return a value as a person reads it."""
    if measure == "popularity_lift":
        return formats.uplift(value, 0)
    return formats.share(value, 0) if measure in _SHARES else formats.decimal(value, 2)


def over_rounds(study: BubbleStudy) -> None:
    """Ask what to follow and of whom, and draw every arm's line with its band."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.selectbox(
            "What to follow",
            NAMES,
            format_func=lambda name: glossary.title(term(name)),
            key="bubble_measure",
            bind="query-params",
            width=320,
        )
        group = st.selectbox(
            "Of whom",
            [group.name for group in study.groups],
            format_func=lambda name: formats.label(_group_title(study, name)),
            key="bubble_group",
            bind="query-params",
            width=260,
        )
    who = study.group(group)
    found = study.by_round(measure)
    st.markdown(f"**{glossary.title(term(measure))}** by round, with 95% bands", help=glossary.tip(term(measure)))
    rows = study.frame()
    rows = rows[(rows["measure"] == measure) & (rows["group"] == group)]
    if rows["value"].isna().all():
        st.info("This cannot be measured here: the items have no categories.", icon=":material/info:")
        return
    chart = charts.figure(x_title="round", y_title=glossary.title(term(measure)), height=420)
    numbers = list(range(1, study.rules.rounds + 1))
    for place, look in enumerate(looks(study)):
        low, high = found.low[place, :, who], found.high[place, :, who]
        charts.band(chart, numbers, low.tolist(), high.tolist(), look.colour, "")
        chart.add_scatter(
            x=numbers,
            y=found.value[place, :, who],
            mode="lines+markers",
            name=look.title,
            line={"color": look.colour, "width": 2.5, "dash": look.dash},
            marker={"symbol": look.symbol, "size": 7},
            customdata=[formats.interval(text(measure, a), text(measure, b)) for a, b in zip(low, high, strict=True)],
            hovertemplate="round %{x}: %{y:.3f} (%{customdata})<extra>" + look.title + "</extra>",
        )
    chart.update_layout(legend_traceorder="normal")
    chart.update_xaxes(dtick=1 + study.rules.rounds // 10)
    chart.update_yaxes(nticks=6, tickformat=".0%" if measure in _SHARES else None)
    spoken = ", ".join(
        f"{arm.title} {text(measure, found.value[place, -1, who])}" for place, arm in enumerate(study.arms)
    )
    charts.show(
        chart,
        alt=f"{glossary.title(term(measure))} of {_group_title(study, group)} over {study.rules.rounds} rounds; "
        f"in the last: {spoken}",
        data=rows,
        name=f"bubble-{measure}",
    )


def for_whom(study: BubbleStudy) -> None:
    """Draw where a measure ends for mainstream and minority tastes, or any two groups' like, arm by arm."""
    measure = st.selectbox(
        "Compared by",
        NAMES,
        index=NAMES.index("popularity_lift"),
        format_func=lambda name: glossary.title(term(name)),
        key="bubble_whom",
        bind="query-params",
        width=320,
    )
    found = study.last(measure)
    st.markdown(f"**{glossary.title(term(measure))}** in {_ending(study)}", help=glossary.tip(term(measure)))
    chart = charts.figure(height=120 + 44 * len(study.arms))  # named above: an axis title would be cut off on a phone
    for name, symbol, colour, shift in (
        ("mainstream", "circle", charts.colours()[0], -0.14),
        ("minority", "diamond", charts.colours()[1], 0.14),
    ):
        who = study.group(name)
        value, low, high = (getattr(found, end)[:, who] for end in ("value", "low", "high"))
        chart.add_scatter(
            x=value,
            y=[place + shift for place in range(len(study.arms))],
            mode="markers",
            name=study.groups[who].title.capitalize(),
            marker={"symbol": symbol, "size": 11, "color": colour},
            error_x=charts.intervals(value, low, high, colour, width=4),
            customdata=[
                [arm.title, text(measure, v), formats.interval(text(measure, a), text(measure, b))]
                for arm, v, a, b in zip(study.arms, value, low, high, strict=True)
            ],
            hovertemplate="%{customdata[0]}: %{customdata[1]} (%{customdata[2]})<extra>"
            + study.groups[who].title
            + "</extra>",
        )
    chart.update_yaxes(
        tickvals=list(range(len(study.arms))),
        ticktext=[arm.title for arm in study.arms],
        range=[len(study.arms) - 0.5, -0.5],
        showgrid=False,
    )
    chart.update_xaxes(nticks=5, tickformat=".0%" if measure in _SHARES else None)
    minority, mainstream = study.group("minority"), study.group("mainstream")
    spoken = "; ".join(
        f"{arm.title} {text(measure, found.value[place, minority])} for minority tastes, "
        f"{text(measure, found.value[place, mainstream])} for mainstream ones"
        for place, arm in enumerate(study.arms)
    )
    rows = study.frame()
    charts.show(
        chart,
        alt=f"{glossary.title(term(measure))} by taste: {spoken}",
        data=rows[(rows["measure"] == measure) & rows["group"].isin(["mainstream", "minority"])],
        name=f"bubble-whom-{measure}",
    )


def _ending(study: BubbleStudy) -> str:
    return f"rounds {study.blocks[-2] + 1} to {study.blocks[-1]}, with 95% bands"


def _group_title(study: BubbleStudy, name: str) -> str:
    return study.groups[study.group(name)].title
