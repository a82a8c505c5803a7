"""The part of the Discovery page that asks for rounds of simulated recommending, and draws what they did."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from engine.discovery.readings import Reading, answer, readings
from engine.discovery.study import BubbleStudy
from engine.jobs import folder
from pages.parts import (
    believing,
    bubble_asking,
    bubble_paths,
    bubble_rounds,
    formats,
    frontier,
    glossary,
    headline,
    progress,
    provenance,
    tables,
)

TASK = "engine.discovery.bubble:task"
_VERDICTS = {"bubble": "▼ a bubble", "none": "■ no bubble", "unknown": "— cannot be read"}
_REFERENCES = 3


def draw(dataset: Dataset) -> None:
    """Ask what to simulate, offer to run it, and draw it once it is there."""
    st.header("Does a bubble close around people, round after round?", anchor=False)
    st.badge("Simulated", icon=":material/science:", color="violet")
    top = st.container()
    request = bubble_asking.ask(dataset)
    if request is None:
        st.caption("Choose at least one policy to study.")
        return
    key = folder.key_of(TASK, request)
    now = jobs.status(key)
    if now.state == "done":
        provenance.used(key, request["seed"])
        study = _load(key)
        with top:
            st.markdown(f"### {formats.words(answer(study))}")
        _study(study)
        return
    with top:
        st.write(
            "Simulated users made from this log see a list each round, take a few items from it, tire of some and "
            "grow fond of others, and the model learns again from what they took. **Random** shows anything; the "
            "**Oracle** knows what users truly want; with **no recommender** they take from what they come across."
        )
    title = f"{formats.plural(request['rounds'], 'round')} with {formats.plural(request['users'], 'simulated user')}"
    progress.watch({key: title})
    if not now.active:
        arms = len(request["policies"]) + _REFERENCES
        headline.empty(
            "Not simulated yet",
            f"{title}, the same ones under each of {arms} arms (what you chose, Random, Oracle and no recommender), "
            f"{request['seeds']} times with other users and other luck.",
            "Run the rounds",
            lambda: progress.start(TASK, request),
            key="bubble-run",
        )


def _study(study: BubbleStudy) -> None:
    believing.draw(study.fidelity)
    _readings(study)
    bubble_rounds.over_rounds(study)
    st.subheader("Whom does it serve, and whom less?", anchor=False)
    st.write(
        "Minority-taste users are the fifth whose taste is least like everybody else's. A policy that fits the "
        "mainstream can move them further than anybody from what they want."
    )
    bubble_rounds.for_whom(study)
    bubble_paths.draw(study)
    if sum(arm.role == "policy" for arm in study.arms) > 1:
        frontier.draw(study)
    _against(study)
    off = f", without {formats.listed(study.switched_off)}" if study.switched_off else ""
    trained = f"trained every {study.rules.retrain_every} rounds" if study.rules.retrain_every else "trained once"
    if study.rules.retrain_every == 1:
        trained = "trained every round"
    st.caption(
        f"Simulated: {formats.plural(study.users, 'user')} in each of {len(study.seeds)} draws, "
        f"{study.rules.choices} items taken from a list of {study.rules.slate_size} by who comes, rounds of "
        f"{study.rules.round_days} days, {trained}, taste drift {study.drift:g} an item{off}. Bands are 95% bands of "
        "the mean over the draws."
    )


def _readings(study: BubbleStudy) -> None:
    """Show each arm's verdict and for whom it holds; the whole sentence below."""
    read = readings(study)
    names = {group.name: group.title for group in study.groups}
    shown = pd.DataFrame(
        {
            "Policy": [each.arm.title for each in read],
            "Beside no recommender": [_verdict(each) for each in read],
            "For whom": [_whom(each, names) for each in read],
            "Similar users": ["▲ more alike than their tastes" if each.homogenised else "as they are" for each in read],
            "Popularity": ["▲ lifted most for minorities" if each.amplified else "alike for all" for each in read],
        }
    )
    tables.table(
        shown,
        "bubble-readings",
        columns={"Policy": st.column_config.TextColumn(pinned=True)},
        data=shown.assign(Sentence=[each.sentence for each in read]),
    )
    with st.expander("Each policy in plain words"):
        for each in read:
            title, _, rest = formats.words(each.sentence).partition(": ")
            st.markdown(f"- **{title}**: {rest}")


def _verdict(each: Reading) -> str:
    return "what users truly want" if each.arm.name == "oracle" else _VERDICTS[each.verdict]


def _whom(each: Reading, names: dict[str, str]) -> str:
    if each.arm.name == "oracle" or not each.for_whom:
        return formats.NO_VALUE
    if "everybody" in each.for_whom:
        return names["everybody"]
    return formats.listed([names[name] for name in each.for_whom])


def _against(study: BubbleStudy) -> None:
    """Table the difference of every arm to each reference, for the measure that is followed."""
    measure = st.session_state["bubble_measure"]
    shown = pd.DataFrame({"Policy": [arm.title for arm in study.arms]})
    for name, title in (("none", "no recommender"), ("random", "Random"), ("oracle", "Oracle")):
        found = study.last(measure, against=name)
        shown[f"Against {title}"] = [
            formats.NO_VALUE
            if arm.name == name
            else f"{formats.signed(value)} ({formats.interval(formats.signed(low), formats.signed(high))})"
            for arm, value, low, high in zip(
                study.arms, found.value[:, 0], found.low[:, 0], found.high[:, 0], strict=True
            )
        ]
    st.subheader("Beside the references", anchor=False)
    st.markdown(
        f"**{glossary.title(bubble_rounds.term(measure))}** in the last block of rounds: differences with their 95% "
        "bands over the draws"
    )
    columns = {"Policy": st.column_config.TextColumn(pinned=True)}
    tables.table(shown, f"bubble-against-{measure}", columns=columns, data=study.frame())


@st.cache_resource(max_entries=16, show_spinner="Opening the result")
def _load(key: str) -> BubbleStudy:
    study: BubbleStudy = jobs.result(key)
    return study
