"""The part of the Discovery page that asks for rounds of simulated recommending, and draws what they did."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from engine.discovery.bubble import BubbleStudy
from engine.discovery.consumption import MEASURES
from engine.jobs import folder
from engine.models import MODELS
from pages.parts import charts, formats, glossary, headline, progress, provenance, tables

TASK = "engine.discovery.bubble:task"
_DASHES = ("solid", "dash", "dashdot", "longdash")
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star")
_REFERENCES = ("Random", "Oracle")
_NAMES = {
    "diversity": "consumed_diversity",
    "category_diversity": "consumed_category_diversity",
    "gini": "consumed_gini",
    "coverage": "consumed_coverage",
}


def draw(dataset: Dataset) -> None:
    """Ask what to simulate, offer to run it, and draw it once it is there."""
    st.subheader("Does it narrow what people consume, round after round?", anchor=False)
    st.badge("Simulated", icon=":material/science:", color="violet")
    st.write(
        "Simulated users made from this log are shown a list, take a few items from it, their taste moves a little "
        "toward these, and the model learns again. **Random** shows anything; **Oracle** knows what users truly want."
    )
    request = _ask(dataset)
    if not request["policies"]:
        st.caption("Choose at least one model to study.")
        return
    key = folder.key_of(TASK, request)
    now = jobs.status(key)
    if now.state == "done":
        provenance.used(key, request["seed"])
        _study(_load(key))
        return
    title = f"{formats.plural(request['rounds'], 'round')} with {formats.plural(request['users'], 'simulated user')}"
    progress.watch({key: title})
    if not now.active:
        arms = len(request["policies"]) + len(_REFERENCES)
        headline.empty(
            "Not simulated yet",
            f"{title}, the same ones under each of {arms} arms: what you chose, Random and Oracle.",
            "Run the rounds",
            lambda: progress.start(TASK, request),
            key="bubble-run",
        )


def _ask(dataset: Dataset) -> dict[str, Any]:
    most = min(dataset.n_users, 2000)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        models = st.multiselect(
            "Models to study",
            [name for name in MODELS if name != "random"],
            default=["popularity", "svd"],
            format_func=lambda name: MODELS[name].title,
            key="bubble_models",
            bind="query-params",
            help="Random is always there.",
            width=320,
        )
        rounds = st.number_input(
            "Rounds",
            2,
            50,
            10,
            key="bubble_rounds",
            bind="query-params",
            help="Each round shows one list and trains the model again.",
            width=120,
        )
        users = st.number_input(
            "Simulated users",
            2,
            2000,
            300,
            step=50,
            key="bubble_users",
            bind="query-params",
            help="More users give narrower bands and take longer.",
            width=150,
        )
        seed = st.number_input("Seed", 0, 10_000, 0, key="bubble_seed", bind="query-params", width=120)
    return {
        "dataset": dataset.fingerprint,
        "policies": [{"model": name, "params": {}} for name in MODELS if name in models],
        "rounds": int(rounds),
        "users": min(int(users), most),
        "seed": int(seed),
    }


def _title(measure: str) -> str:
    return glossary.title(_NAMES.get(measure, measure))


def _study(study: BubbleStudy) -> None:
    for reading in study.readings():
        arm, _, rest = reading.partition(": ")
        st.markdown(f"- **{arm}**: {rest}")
    measure = st.selectbox(
        "What to follow",
        MEASURES,
        format_func=_title,
        key="bubble_measure",
        bind="query-params",
        width=320,
    )
    _chart(study, measure)
    _table(study, measure)
    st.caption(
        f"Simulated: {formats.plural(study.users, 'user')} in each arm, {study.choices} items taken a round, taste "
        f"drift {study.drift:g} an item, seed {study.seed}. Bands are 95% bootstrap bands over users."
    )


def _chart(study: BubbleStudy, measure: str) -> None:
    term = _NAMES.get(measure, measure)
    rows = study.frame()
    rows = rows[rows["measure"] == measure]
    st.markdown(f"**{glossary.title(term)}** by round, with 95% bands", help=glossary.tip(term))
    if rows["value"].isna().all():
        st.info("This cannot be measured here: the items have no categories.", icon=":material/info:")
        return
    chart = charts.figure(x_title="round", y_title=glossary.title(term), height=400)
    for place, arm in enumerate(study.arms):
        part = rows[rows["arm"] == arm]
        colour = charts.neutral() if arm == _REFERENCES[0] else charts.colours()[place % len(charts.colours())]
        charts.band(chart, list(part["round"]), list(part["low"]), list(part["high"]), colour, "")
        chart.add_scatter(
            x=part["round"],
            y=part["value"],
            mode="lines+markers",
            name=arm,
            line={"color": colour, "width": 2.5, "dash": "dot" if arm in _REFERENCES else _DASHES[place % 4]},
            marker={"symbol": _SYMBOLS[place % len(_SYMBOLS)], "size": 8},
            customdata=part[["low", "high"]],
            hovertemplate="round %{x}: %{y:.3f} (%{customdata[0]:.3f} to %{customdata[1]:.3f})<extra>"
            + arm
            + "</extra>",
        )
    chart.update_xaxes(dtick=1 + study.rounds // 10)
    chart.update_yaxes(nticks=6)
    chart.update_layout(legend_traceorder="normal")
    last = rows[rows["round"] == study.rounds]
    spoken = ", ".join(f"{arm} {formats.decimal(value)}" for arm, value in zip(last["arm"], last["value"], strict=True))
    charts.show(
        chart,
        alt=f"{glossary.title(term)} over {study.rounds} rounds; in the last: {spoken}",
        data=rows,
        name=f"bubble-{measure}",
    )


def _table(study: BubbleStudy, measure: str) -> None:
    at = study.measures.index(measure)
    against = {"Against Random": study.against_random, "Against Oracle": study.against_oracle}
    shown = pd.DataFrame({"Arm": study.arms})
    for title, band in against.items():
        shown[title] = [
            formats.NO_VALUE
            if arm == title.removeprefix("Against ")
            else f"{formats.signed(value)} ({formats.interval(formats.signed(low), formats.signed(high))})"
            for arm, value, low, high in zip(
                study.arms, band.value[:, at], band.low[:, at], band.high[:, at], strict=True
            )
        ]
    st.markdown("**The last third of the rounds**, difference with its 95% band")
    tables.table(shown, f"bubble-against-{measure}", data=study.frame())


@st.cache_resource(max_entries=16, show_spinner="Opening the result")
def _load(key: str) -> BubbleStudy:
    study: BubbleStudy = jobs.result(key)
    return study
