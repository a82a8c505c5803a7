"""What an export holds, and which of its columns is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from experiments.importing import Preview, preview, variants_of

NONE = "— none —"


@dataclass(frozen=True)
class Mapped:
    """Which column is what; None where the reader has not said yet.

    Attributes:
        unit: who was randomised.
        variant: what the unit was given.
        day: the day of a row; empty where none is read.
        cluster: what was randomised, where that is coarser; empty where it is the unit.
        segments: columns that group units.
        variants: names in the variant's column.
    """

    unit: str | None
    variant: str | None
    day: str
    cluster: str
    segments: tuple[str, ...]
    variants: tuple[str, ...]

    @property
    def taken(self) -> tuple[str, ...]:
        """Columns that are no metric's."""
        return tuple(column for column in (self.unit, self.variant, self.day, self.cluster) if column)


def stamp(path: Path) -> tuple[int, int]:
    """Return what changes with a file, for caches that are keyed by it."""
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_mtime_ns, about.st_size


@st.cache_resource(max_entries=16, show_spinner="Looking at the file")
def look(source: str, stamped: tuple[int, int]) -> Preview:
    """Return the start of a file and what its columns seem to be."""
    del stamped  # only keys the cache
    return preview(source)


def rows(source: Path, seen: Preview) -> None:
    """Show the first rows."""
    st.markdown(f"**What the file holds** · {seen.format}")
    st.dataframe(seen.rows, hide_index=True, height=180, key=f"rows-{source}")


def ask(source: Path, seen: Preview, *, planned: bool) -> Mapped:
    """Let the reader say which column is what; segments and cluster are the plan's where there is one."""
    key, guess = str(source), seen.guess
    st.markdown("**Which column is what** · guessed from names and contents; change what is wrong")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = _pick(
            "Unit", seen.columns, guess.unit if guess else None, key, "Who was randomised: a user, mostly. Needed."
        )
        variant = _pick(
            "Variant", seen.columns, guess.variant if guess else None, key, "What the unit was given. Needed."
        )
        day = _pick(
            "Day", seen.columns, guess.day if guess else None, key, "Day or time of the row, or of the first exposure."
        )
        cluster, segments = (None, []) if planned else _groups(seen, (unit, variant, day), key)
    variants = () if variant is None else _variants(source, variant, seen)
    return Mapped(unit, variant, day or "", cluster or "", tuple(segments), variants)


def _groups(seen: Preview, taken: Sequence[str | None], key: str) -> tuple[str | None, list[str]]:
    """Ask what was randomised, and which groups of units to look at."""
    cluster = _pick(
        "Cluster",
        seen.columns,
        None,
        key,
        "What was randomised, where that is coarser than a unit: a shop, a household. Errors are robust to it.",
    )
    groups = [column for column in seen.groups if column not in taken]
    segments = st.multiselect(
        "Segments",
        groups,
        default=[column for column in (seen.guess.segments if seen.guess else ()) if column in groups],
        key=f"segments-{key}",
        placeholder="None",
        help="Groups of units to look at apart. Exploratory: corrected for their number.",
        width=300,
    )
    return cluster, segments


def _pick(label: str, columns: tuple[str, ...], guess: str | None, key: str, about: str) -> str | None:
    choices = [NONE, *columns]
    column = st.selectbox(
        label,
        choices,
        index=choices.index(guess) if guess in choices else 0,
        key=f"{label.lower()}-{key}",
        help=about,
        width=170,
    )
    return None if column == NONE else column


def _variants(source: Path, column: str, seen: Preview) -> tuple[str, ...]:
    if seen.guess is not None and column == seen.guess.variant:
        return seen.variants
    return _variants_of(str(source), column, stamp(source))


@st.cache_resource(max_entries=16, show_spinner="Looking at the variants")
def _variants_of(source: str, column: str, stamped: tuple[int, int]) -> tuple[str, ...]:
    del stamped  # only keys the cache
    return variants_of(source, column)
