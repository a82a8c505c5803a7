"""One user's history beside what each model would show them, with the reasons and what the dial changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from engine.control import Control
from engine.slate import Slate
from pages.parts import formats, tables

_HISTORY_SHOWN = 10
_ABREAST = 3  # more would leave a title and its reason a few words a line


def answer(user_id: str, n_had: int, shown: Mapping[str, Slate], control: Control) -> str:
    """Say how personal the lists are."""
    who = formats.plain(user_id)
    everybodys = "every list holds what is popular with everybody."
    if n_had == 0 and any(slate.path == "groups" for slate in shown.values()):
        return f"{who} has no history here: every list holds what is popular with people of the same groups."
    if n_had == 0:
        return f"{who} has no history here, so nothing can be personal: {everybodys}"
    if control.personalisation == 0:
        return f"{who} turned personalisation off: {everybodys}"
    titles = list(shown)
    if not titles:
        return f"{who} had {formats.plural(n_had, 'item')}; no model is fitted yet."
    if control.reset_at is not None and all(slate.path == "popularity" for slate in shown.values()):
        return f"{who} reset their taste and did nothing since: {everybodys}"
    if all(slate.items.empty for slate in shown.values()):
        return f"{who} had or hid every item: nothing is left to show."
    if len(titles) == 1:
        return f"{titles[0]} would show {who} the {formats.plural(len(shown[titles[0]].items), 'item')} below."
    other = "Popularity" if "Popularity" in titles else titles[0]
    news = {title: shown[title].not_in(shown[other]) for title in titles if title != other}
    size = len(shown[other].items)
    if len(news) == 1:
        title, new = next(iter(news.items()))
        return f"{title} would show {who} {new} of {formats.plural(size, 'item')} that {other} would not."
    counts = ", ".join(f"{title} {new}" for title, new in news.items())
    return f"Of {formats.plural(size, 'item')} shown to {who}, these many are not on {other}’s list: {counts}."


def figures(had: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the figures of the user's history."""
    return [("Items had", formats.count(len(had))), ("Interactions", formats.count(int(had["events"].sum())))]


def draw(had: pd.DataFrame, shown: Mapping[str, Slate], *, user_id: str, dial: float) -> None:
    """Draw the history and the lists side by side, three abreast; on a narrow screen one below the other."""
    parts: list[Callable[[], None]] = [partial(_history, had, user_id)]
    parts += [partial(_slate, title, slate, dial) for title, slate in shown.items()]
    for start in range(0, len(parts), _ABREAST):
        row = parts[start : start + _ABREAST]
        for place, part in zip(st.columns(_ABREAST if start else max(2, len(row)), gap="medium"), row, strict=False):
            with place:
                part()
    if shown:
        tables.download(_together(shown), f"recommendations-{user_id}", label="Download the lists")


def _history(had: pd.DataFrame, user_id: str) -> None:
    st.subheader("What they did", anchor=False)
    if had.empty:
        st.write("Nothing yet.")
        return
    st.markdown("\n".join(_done(row) for row in had.head(_HISTORY_SHOWN).to_dict("records")))
    with st.expander(f"All {formats.plural(len(had), 'item')}"):
        tables.table(
            had[["title", "category", "last", "did"]].rename(
                columns={"title": "Item", "category": "Category", "last": "When", "did": "What they did"}
            ),
            f"history-{user_id}",
            data=had.drop(columns="item"),
            height=320,
        )


def _slate(title: str, slate: Slate, dial: float) -> None:
    st.subheader(title, anchor=False)
    if slate.items.empty:
        st.write("Nothing is left to show: this user had or hid every item.")
        return
    st.caption(slate.served)
    st.markdown("\n".join(_shown(row, dial) for row in slate.items.to_dict("records")))
    if len(slate.dropped):
        names = ", ".join(formats.plain(name) for name in slate.dropped["title"])
        st.caption(f"▼ Left the list for them: {names}.")


def _done(row: Mapping[Hashable, Any]) -> str:
    """Return one line of the history."""
    when = "" if pd.isna(row["last"]) else formats.day(row["last"])
    return f"- {_named(row)}  \n  {_joined(when, row['did'])}"


def _shown(row: Mapping[Hashable, Any], dial: float) -> str:
    """Return one line of a list."""
    return f"{row['place']}. {_named(row)}{_moved(row['moved'], dial)}  \n   {formats.plain(row['reason'])}"


def _named(row: Mapping[Hashable, Any]) -> str:
    """Return an item's title and, where it has one, its category."""
    title = f"**{formats.plain(row['title'])}**"
    return f"{title} · {formats.plain(row['category'])}" if row["category"] else title


def _moved(moved: float, dial: float) -> str:
    """Mark what the dial did to an item."""
    if dial == 0 or moved == 0:
        return ""
    if math.isnan(moved):
        return " ▲ new"
    return f" ▲ up {moved:.0f}" if moved > 0 else f" ▼ down {-moved:.0f}"


def _joined(*parts: str) -> str:
    return " · ".join(formats.plain(part) for part in parts if part)


def _together(shown: Mapping[str, Slate]) -> pd.DataFrame:
    parts = [slate.items.drop(columns="item").assign(model=title) for title, slate in shown.items()]
    lists = pd.concat(parts, ignore_index=True)
    return lists.assign(because=lists["because"].map(" | ".join))
