"""From a file, a folder or uploaded bytes to a Dataset, each step in order."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from engine.dataset import Dataset, Feedback
from engine.errors import ColumnError, DataError, unknown
from engine.loading.assemble import assemble
from engine.loading.cleaning import Cleaned, clean
from engine.loading.left_out import deleted_elsewhere, deleted_users, without_deleted
from engine.loading.made_up import is_made_up, made_up
from engine.loading.movielens import read_movielens
from engine.loading.raw import RawTable, refusals
from engine.loading.records import LEFT_OUT, NO_CONSENT, Loaded, LoadReport, Preview, rows_in_words, withheld_in_words
from engine.loading.roles import check_no_matrix, guess_roles, in_words, settle_roles
from engine.loading.side_tables import SideTable, agrees, consent_column, tidy
from engine.loading.sources import as_source
from engine.loading.tables import read_table
from sample_data import FOLDER as SAMPLE_FOLDER

Given = str | os.PathLike[str] | bytes

PREVIEW_ROWS = 20
_ENOUGH_ROWS = 20
_SLIPS = 0.05


def load(
    source: Given,
    *,
    mapping: Mapping[str, str | None] | None = None,
    feedback: Literal["auto", "explicit", "implicit"] = "auto",
    event_weights: Mapping[str, float] | None = None,
    rating_scale: tuple[float, float] | None = None,
    drop_duplicates: bool = False,
    include_withheld: bool = False,
    users: Given | None = None,
    items: Given | None = None,
    name: str | None = None,
) -> Loaded:
    """Return the Dataset of an interaction log and the report of every one of its rows.

    Args:
        source: ``sample``, ``synthetic:users=500,items=200`` (a world made up from
            ``engine.world.synthetic.Dials``), the path of a file or MovieLens folder, or an upload's bytes.
        mapping: role -> column, where the guess is wrong; None or "" takes the role from every column.
        feedback: ``auto`` is explicit where at least half of the kept rows carry a rating.
        event_weights: event -> weight, over `DEFAULT_EVENT_WEIGHTS`.
        rating_scale: lowest and highest rating; guessed from the ratings unless given.
        drop_duplicates: refuse a row that equals an earlier one in every mapped column.
        include_withheld: keep the users whose consent is not given.
        users: a table of users, as a path or bytes.
        items: a table of items, as a path or bytes.
        name: what to call the dataset; the file's name unless given.

    Raises:
        DataError: a file cannot be used; the sentence says why.
        ColumnError: a column is missing or plays two roles.
    """
    _check_options(feedback, event_weights, rating_scale)
    with ExitStack() as stack:
        tables = _read(source, users, items, name, stack)
    log = tables.log
    if not tables.mapping and not any((mapping or {}).values()):
        check_no_matrix(log.frame)
    roles = settle_roles(tables.mapping or guess_roles(log.frame), mapping or {}, map(str, log.frame.columns))
    if feedback == "explicit" and "rating" not in roles:
        raise ColumnError(
            f"Explicit feedback needs a rating column. The file has: {', '.join(log.frame.columns)}. "
            "Say which one it is, or choose implicit feedback."
        )
    deleted = deleted_users(tables.name, log, tables.users, roles["user"])
    log = without_deleted(log, roles["user"], deleted)
    cleaned = clean(log, roles, rating_scale=rating_scale or tables.rating_scale, drop_duplicates=drop_duplicates)
    user_table = tidy(tables.users, "user", cleaned.rows["user"]) if tables.users else None
    item_table = tidy(tables.items, "item", cleaned.rows["item"]) if tables.items else None
    refusing = pd.Index([], dtype="str") if include_withheld else _refusing(log, roles, cleaned, user_table)
    refusing = refusing.difference(deleted)
    kept, withheld = _withhold(cleaned.rows, refusing, roles["user"])
    if not len(kept):
        raise DataError(f"No row is left of '{tables.name}': no user consented. Include them only if you may.")
    rated = float(kept["rating"].notna().mean())
    how: Feedback = feedback if feedback != "auto" else "explicit" if rated >= 0.5 else "implicit"
    if how == "explicit" and rated == 0:
        raise DataError(f"Column '{roles['rating']}' holds no rating. Choose implicit feedback.")
    listed = user_table.frame if user_table else None
    unused = [str(c) for c in log.frame.columns if c not in roles.values() and c != consent_column(log.frame)]
    called, source_in_words = tables.name, f"{tables.name}: {tables.format}"
    malformed, rows_read = log.malformed, len(log.frame) + len(log.malformed)
    del log, tables  # the text of a large log takes more memory than the Dataset
    dataset = assemble(
        kept,
        listed[~listed["user_id"].isin(refusing.union(deleted))].reset_index(drop=True) if listed is not None else None,
        item_table.frame if item_table else None,
        name=called,
        feedback=how,
        event_weights=event_weights,
        rating_scale=cleaned.rating_scale,
        withheld_users=len(refusing),
    )
    if deleted_elsewhere(dataset):
        return load(
            source,
            mapping=mapping,
            feedback=feedback,
            event_weights=event_weights,
            rating_scale=rating_scale,
            drop_duplicates=drop_duplicates,
            include_withheld=include_withheld,
            users=users,
            items=items,
            name=name,
        )
    refused = pd.concat([malformed, cleaned.refused, withheld], ignore_index=True)
    refused = refused.sort_values("line", kind="stable", ignore_index=True)
    notes = [note for table in (user_table, item_table) if table for note in table.sentences]
    report = LoadReport(
        source=source_in_words,
        mapping=roles,
        rows_read=rows_read,
        rows_kept=len(kept),
        rows_refused=len(refused),
        refused=refused,
        withheld_users=len(refusing),
        withheld_rows=len(withheld),
        sentences=(
            *_sentences(dataset, len(kept), len(refused), len(withheld)),
            *_of_ratings(cleaned),
            *_of_times(dataset),
            *([f"Columns that play no role: {in_words(unused)}."] if unused else []),
            *([LEFT_OUT] if len(deleted) else []),
            *notes,
        ),
    )
    return Loaded(dataset, report)


def preview(source: Given, name: str | None = None) -> Preview:
    """Return the columns of a log, the roles they seem to play, and its first rows.

    Raises:
        DataError: the file cannot be used; the sentence says why.
    """
    with ExitStack() as stack:
        tables = _read(source, None, None, name, stack)
    frame = tables.log.frame
    return Preview(
        columns=tuple(map(str, frame.columns)),
        mapping=tables.mapping or guess_roles(frame),
        rows=frame.head(PREVIEW_ROWS).reset_index(drop=True),
        format=tables.format,
    )


@dataclass(frozen=True)
class _Tables:
    log: RawTable
    users: RawTable | None
    items: RawTable | None
    mapping: Mapping[str, str] | None
    rating_scale: tuple[float, float] | None
    name: str
    format: str


def _read(source: Given, users: Given | None, items: Given | None, name: str | None, stack: ExitStack) -> _Tables:
    if source == "sample":
        source, name = SAMPLE_FOLDER / "events.csv", name or "sample"
        users, items = users or SAMPLE_FOLDER / "users.csv", items or SAMPLE_FOLDER / "items.csv"
    user_table = _raw(users, "users", stack) if users else None
    item_table = _raw(items, "items", stack) if items else None
    if is_made_up(source):
        made = made_up(str(source))
        return _Tables(
            made.log,
            user_table or made.users,
            item_table or made.items,
            None,
            None,
            name or made.name,
            made.log.format,
        )
    if not isinstance(source, bytes) and _is_folder(source):
        folder = Path(source).expanduser()
        found = read_movielens(folder)
        return _Tables(
            found.ratings,
            user_table or found.users,
            item_table or found.items,
            found.mapping,
            found.rating_scale,
            name or folder.resolve().name,
            found.title,
        )
    log = _raw(source, name, stack)
    return _Tables(log, user_table, item_table, None, None, as_source(source, name, stack).name, log.format)


def _is_folder(path: str | os.PathLike[str]) -> bool:
    try:
        return Path(path).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):
        return False


def _raw(given: Given, name: str | None, stack: ExitStack) -> RawTable:
    return read_table(as_source(given, name, stack))


def _refusing(log: RawTable, roles: Mapping[str, str], cleaned: Cleaned, users: SideTable | None) -> pd.Index:
    """Return the ids of users whose consent is not given, by the user table or by the log itself."""
    refusing: pd.Index = pd.Index([], dtype="str")
    if users is not None and users.consents is not None:
        refusing = pd.Index(users.frame["user_id"][~users.consents])
    column = consent_column(log.frame)
    if column is not None and column not in roles.values():
        says_no = log.frame[roles["user"]][~agrees(log.frame[column])].dropna().unique()
        refusing = refusing.union(pd.Index(says_no).intersection(pd.Index(cleaned.rows["user"].unique())))
    return refusing


def _withhold(rows: pd.DataFrame, refusing: pd.Index, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    out = rows["user"].isin(refusing).to_numpy(bool)
    ids = rows["user"][out].to_numpy(dtype=object)
    withheld = refusals(rows["line"][out].to_numpy(np.int64), NO_CONSENT, column, ids)
    return (rows[~out].reset_index(drop=True) if out.any() else rows), withheld


def _sentences(dataset: Dataset, kept: int, refused: int, withheld: int) -> list[str]:
    sentences = [rows_in_words(kept + refused, kept)]
    if dataset.withheld_users:
        sentences.append(withheld_in_words(dataset.withheld_users, withheld))
    if dataset.rating_scale:
        low, high = dataset.rating_scale
        sentences.append(f"Ratings are read on a scale from {low:g} to {high:g}.")
    if dataset.feedback == "explicit":
        sentences.append("Feedback is explicit: models learn from ratings.")
    else:
        sentences.append("Feedback is implicit: models learn from weighted events.")
    if not dataset.has_time:
        sentences.append("The log has no time, so it cannot be split by time.")
    return sentences


def _of_ratings(cleaned: Cleaned) -> list[str]:
    ratings = cleaned.rows["rating"]
    if cleaned.mark is not None:
        share = cleaned.marked / len(ratings)
        return [
            f"A rating of {cleaned.mark:g} is read as none given: {cleaned.marked:,} rows, {share:.0%} of all. "
            "Give the rating scale to take it as a rating."
        ]
    if len(ratings) >= _ENOUGH_ROWS and ratings.notna().any() and ratings.min() == ratings.max():
        return [f"Every rating is {ratings.max():g}, so ratings tell nothing apart. Implicit feedback may suit better."]
    return []


def _of_times(dataset: Dataset) -> list[str]:
    """Say so where a few rows are dated after today: slips that stretch the log."""
    time = dataset.interactions["time"]
    tomorrow = pd.Timestamp.now(tz="UTC").tz_localize(None) + pd.Timedelta(days=1)
    last = time.iloc[-1]  # rows are in the order of their times
    if not last > tomorrow or (late := int((time > tomorrow).sum())) >= _SLIPS * len(time):
        return []
    return [
        f"Rows dated after today: {late:,}, the last {last:%Y-%m-%d}. They are kept, and a split by "
        "time puts them last; correct or remove them."
    ]


def check_event_weights(event_weights: Mapping[str, float]) -> None:
    """Raise DataError where a weight is not a number of 0 or more."""
    for event, weight in event_weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise DataError(f"The weight of event '{event}' is {weight}. Expected a number of 0 or more.")


def _check_options(
    feedback: str, event_weights: Mapping[str, float] | None, rating_scale: tuple[float, float] | None
) -> None:
    if feedback not in ("auto", "explicit", "implicit"):
        raise DataError(unknown("Feedback", feedback, ("auto", "explicit", "implicit")))
    check_event_weights(event_weights or {})
    if rating_scale is not None and not rating_scale[0] < rating_scale[1] < math.inf:
        raise DataError(f"The rating scale {rating_scale} does not rise. Give the lowest rating, then the highest.")
