"""Which computed results this run of a page has drawn: their seeds, and when they were computed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from engine import jobs
from pages.parts import formats

if TYPE_CHECKING:
    from experiments.results import Meta  # brings all of the engine, which a first page should not wait for

_USED = "provenance"
_EXPORT = "provenance_export"


def forget() -> None:
    """Begin a page: nothing is drawn yet."""
    st.session_state[_USED] = {}
    st.session_state.pop(_EXPORT, None)


def used(key: str, seed: int) -> None:
    """Note that the page draws the result of job ``key``, computed with ``seed``."""
    _note(key, seed, jobs.finished(key))


def kept(key: str, meta: Meta) -> None:
    """Note that the page draws the experiment kept under ``key``; a real one has no seed, and is its own source."""
    _note(key, meta.seed if meta.simulated else None, datetime.fromisoformat(meta.computed))
    if not meta.simulated:
        st.session_state[_EXPORT] = (
            f"Export **{formats.words(meta.dataset)}** · {formats.plural(meta.rows, 'row')} · "
            f"{formats.plural(meta.units, 'unit')} · fingerprint {meta.fingerprint}"
        )


def source() -> str | None:
    """Return the real experiment that was drawn, or None where what was drawn comes from the open dataset."""
    found: str | None = st.session_state.get(_EXPORT)
    return found


def sentence() -> str:
    """Return ``seed 1 · computed 21 Nov 2026, 04:48 UTC`` for what was drawn, or nothing."""
    drawn: dict[str, tuple[int | None, datetime]] = st.session_state.get(_USED, {})
    if not drawn:
        return ""
    seeds = [str(seed) for seed in sorted({seed for seed, _ in drawn.values() if seed is not None})]
    computed = f"computed {formats.moment(max(when for _, when in drawn.values()))}"
    if not seeds:
        return computed
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {formats.listed(seeds)} · {computed}"


def _note(key: str, seed: int | None, computed: datetime) -> None:
    st.session_state.setdefault(_USED, {})[key] = seed, computed
