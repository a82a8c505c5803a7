"""What the person whose list it is may decide: how personal it is, what it forgets and hides, and to be deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from engine.categories import categories_of
from engine.control import Control, delete_user, keep_control
from engine.dataset import Dataset
from engine.errors import LabError
from engine.history import item_facts, typical_user
from engine.slate import Slate
from pages.parts import formats, headline, state

_SAID = "deletion-said"
_USER = "rec_user"


def said() -> None:
    """Say once what a deletion removed, or why it could not."""
    tone, lines = st.session_state.pop(_SAID, (None, ()))
    if tone is not None:
        headline.banner(tone, "  \n".join(formats.plain(line) for line in lines))


def draw(dataset: Dataset, user_id: str, control: Control, shown: Mapping[str, Slate]) -> None:
    """Draw what ``user_id`` may decide; each decision is kept at once and holds wherever a list is served."""
    who = formats.plain(user_id)
    with st.expander(f"Control: what {who} decides about this list", icon=":material/tune:", expanded=control.decided):
        st.write(formats.plain(control.sentence))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _personalisation(dataset, user_id, control)
            _reset(dataset, user_id, control)
        _hidden(dataset, user_id, control, shown)
        st.caption(
            "Kept at once, and honoured wherever this person is served: here, by `python -m engine recommend` and in "
            "an export. Simulated users are made up and decide nothing."
        )
        if st.button(f"Delete {who}", icon=":material/delete:", key="control-delete"):
            _confirm(dataset, user_id)


def _personalisation(dataset: Dataset, user_id: str, control: Control) -> None:
    _decided_by(
        "personalisation",
        control.personalisation,
        lambda **how: st.slider(
            "Personalisation",
            0.0,
            1.0,
            step=0.05,
            format="percent",
            width=320,
            help="100% is the model's own list. 0% is off: what is popular with everybody. Between them the two "
            "orders are blended.",
            **how,
        ),
        lambda value: keep_control(dataset.name, user_id, replace(control, personalisation=float(value))),
    )


def _reset(dataset: Dataset, user_id: str, control: Control) -> None:
    reset = control.reset_at is not None

    def press() -> None:
        moment = None if reset else datetime.now(UTC)
        keep_control(dataset.name, user_id, replace(control, reset_at=moment))

    st.button(
        "Take the reset back" if reset else "Reset taste",
        on_click=press,
        icon=":material/undo:" if reset else ":material/restart_alt:",
        key="control-reset",
        help="Nothing they did up to now is used for their list: they are served as somebody new, without training "
        "again.",
    )


def _hidden(dataset: Dataset, user_id: str, control: Control, shown: Mapping[str, Slate]) -> None:
    titles = _titles(dataset, control.hidden_items, shown)
    _decided_by(
        "items",
        [each for each in control.hidden_items if each in titles],
        lambda **how: st.multiselect(
            "Hidden items",
            list(titles),
            format_func=lambda item: titles.get(item, item),
            placeholder="Choose from what is shown",
            **how,
        ),
        lambda value: keep_control(dataset.name, user_id, replace(control, hidden_items=tuple(value))),
    )
    categories = categories_of(dataset)
    if categories is None:
        return
    _decided_by(
        "categories",
        [each for each in control.hidden_categories if each in categories.names],
        lambda **how: st.multiselect(
            "Hidden categories", categories.names, placeholder="Choose categories never to show", **how
        ),
        lambda value: keep_control(dataset.name, user_id, replace(control, hidden_categories=tuple(value))),
    )


def _decided_by(name: str, value: Any, widget: Callable[..., Any], keep: Callable[[Any], None]) -> None:
    """Draw a widget that always says what is kept, also where another window decided it, and keeps what is chosen."""
    key = f"control-{name}"
    st.session_state[key] = value
    widget(key=key, on_change=lambda: keep(st.session_state[key]))


def _titles(dataset: Dataset, hidden: tuple[str, ...], shown: Mapping[str, Slate]) -> dict[str, str]:
    """Return the items that are hidden and those that are shown, title by id."""
    places = pd.Index(dataset.items["item_id"].astype(str)).get_indexer(pd.Index(hidden, dtype="str"))
    frames = [item_facts(dataset, places[places >= 0]), *(each.items for each in shown.values())]
    return {
        str(item): str(title) for frame in frames for item, title in zip(frame["item_id"], frame["title"], strict=True)
    }


@st.dialog("Delete for good?")
def _confirm(dataset: Dataset, user_id: str) -> None:
    who = formats.plain(user_id)
    st.write(
        f"Everything {who} did leaves this data, and every model and result made from it is removed, to be made anew "
        "without them when next asked for. Loading the file again does not bring them back. This cannot be undone."
    )
    st.write("The file the data came from, and lists that were exported, are yours: they are not touched.")

    def press() -> None:
        try:
            deletion = delete_user(dataset, user_id)
        except LabError as error:
            st.session_state[_SAID] = ("error", (str(error),))
            return
        st.cache_resource.clear()
        st.session_state[_SAID] = ("success", (f"{user_id} was deleted.", *deletion.sentences))
        left = deletion.datasets.get(dataset.fingerprint)
        if left is not None:
            state.choose(left)
            new = state.dataset(left)
            st.session_state[_USER] = str(new.users["user_id"].iloc[typical_user(new)])

    with st.container(horizontal=True):
        if st.button("Delete for good", type="primary", on_click=press, key="control-delete-sure"):
            st.rerun()
        if st.button("Keep", key="control-keep"):
            st.rerun()
