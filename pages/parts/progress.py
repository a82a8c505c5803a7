"""What a page shows while a child process works: stage, elapsed time, Cancel, and never a made-up percentage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine import jobs
from pages.parts import formats
from pages.parts.state import owner


def start(task: str, request: Mapping[str, Any]) -> str:
    """Submit the work for this visitor and return its key."""
    return jobs.submit(task, request, owner())


def watch(keys: Mapping[str, str]) -> None:
    """Show every job of ``keys`` (title by key) that is not done; rerun the page when one ends.

    Finished jobs show nothing; failed and cancelled ones show their sentence.
    """
    active = [key for key in keys if jobs.status(key).active]
    for key in keys:
        now = jobs.status(key)
        if now.state == "failed":
            st.error(f"{keys[key]}: {now.error}", icon=":material/error:")
        elif now.state == "cancelled":
            st.info(f"{keys[key]} was cancelled. Nothing was kept.", icon=":material/cancel:")
    if active:
        _live(dict(keys), active)


@st.fragment(run_every=0.7)
def _live(titles: dict[str, str], active: list[str]) -> None:
    """Redraw only this part of the page until a job ends."""
    statuses = {key: jobs.status(key) for key in active}
    if not all(each.active for each in statuses.values()):
        st.rerun(scope="app")
    with st.container(border=True, key=f"progress-{active[0]}"):
        for key, now in statuses.items():
            text, button = st.columns([5, 1], vertical_alignment="center")
            text.markdown(f"**{titles[key]}** · {_sentence(now)}")
            if now.total and now.done is not None:
                text.progress(min(1.0, now.done / now.total))
            if button.button("Cancel", key=f"cancel-{key}", icon=":material/close:"):
                jobs.cancel(key, owner())
                st.rerun(scope="app")


def _sentence(now: jobs.JobStatus) -> str:
    if now.state == "queued":
        return "waiting for a free core" + (f", {now.ahead} ahead" if now.ahead else "")
    counted = f" {now.done} of {now.total}" if now.total and now.done is not None else ""
    return f"{now.stage}{counted} · {formats.seconds(now.elapsed_seconds)}"
