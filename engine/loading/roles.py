"""Which column plays which role: guessed from names, then from contents, then overruled by the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd

from engine.errors import ColumnError
from engine.loading.cells import ids as ids_of
from engine.loading.raw import as_numbers
from engine.loading.records import ROLES
from engine.loading.times import parse_times

_NAMES: Mapping[str, tuple[str, ...]] = {
    "user": (
        "userid", "user", "uid", "customerid", "customer", "visitorid", "visitor", "memberid", "member",
        "clientid", "client", "accountid", "account", "reviewerid", "reviewer", "personid", "person", "buyerid",
        "shopperid", "playerid", "readerid", "listenerid", "username", "profileid", "deviceid", "sessionid",
    ),
    "item": (
        "itemid", "item", "iid", "productid", "product", "movieid", "movie", "sku", "articleid", "article",
        "asin", "parentasin", "isbn", "bookid", "book", "trackid", "track", "songid", "song", "artistid",
        "artist", "contentid", "content", "offerid", "videoid", "video", "showid", "gameid", "game", "newsid",
        "listingid", "hotelid", "recipeid", "restaurantid", "goodsid", "stockcode", "itemname", "productname",
    ),
    "rating": (
        "rating", "ratings", "stars", "star", "score", "rate", "overall", "reviewscore", "reviewrating",
        "userrating", "bookrating", "starrating", "ratingvalue", "grade",
    ),
    "time": (
        "timestamp", "time", "datetime", "eventtime", "eventtimestamp", "ts", "date", "createdat", "created",
        "eventdate", "occurredat", "unixtime", "unixreviewtime", "reviewtime", "reviewdate", "orderdate",
        "invoicedate", "purchasedate", "ratedat", "when", "timems", "timestampms", "visittime",
    ),
    "event": (
        "event", "eventtype", "eventname", "action", "actiontype", "interaction", "interactiontype", "type",
        "behavior", "behaviour", "behaviortype", "behaviourtype", "activity", "activitytype", "verb",
    ),
    "count": (
        "count", "counts", "plays", "playcount", "playcounts", "listens", "listencount", "quantity", "qty", "units",
        "hours", "hoursplayed", "playtime", "frequency", "freq", "weight",
    ),
}  # fmt: skip
_PART_OF_NAME = {"user": ("user", "customer", "visitor", "member"), "item": ("item", "product", "movie", "article")}
_TIME_HINTS = ("time", "date", "stamp", "when", "epoch")
_LOOKED_AT = 5000
_NAMED = 12
_MATRIX_COLUMNS = 10


@dataclass(frozen=True)
class _Looks:
    """What one column's cells look like, from its first rows."""

    numeric: bool
    whole: bool
    distinct: int
    repeats: float  # mean rows a distinct value has
    time: bool
    rating: bool
    event: bool

    @property
    def counts_rows(self) -> bool:
        """Whether no value recurs: the column numbers rows, or measures them, and names nobody."""
        return self.repeats <= 1.0


def guess_roles(frame: pd.DataFrame) -> dict[str, str]:
    """Return role -> column for every role some column of ``frame`` (text) seems to play."""
    mapping: dict[str, str] = {}
    plain = {column: re.sub(r"[^a-z0-9]", "", str(column).lower()) for column in frame.columns}
    for role in ROLES:
        named = [(_NAMES[role].index(name), column) for column, name in plain.items() if name in _NAMES[role]]
        free = [column for _, column in sorted(named) if column not in mapping.values()]
        if free:
            mapping[role] = free[0]
    for role, parts in _PART_OF_NAME.items():
        found = [c for c, name in plain.items() if c not in mapping.values() and any(p in name for p in parts)]
        # "item_price" tells of an item but does not name it.
        found = [c for c in found if plain[c].endswith(("id", "code", "key", "no", *parts))]
        if role not in mapping and found:
            mapping[role] = found[0]
    if "time" not in mapping and not _without_header(frame):
        mapping |= _time_by_contents(
            frame.head(_LOOKED_AT), {c: p for c, p in plain.items() if c not in mapping.values()}
        )
    if "user" in mapping and "item" in mapping and not _without_header(frame):
        return _in_order(mapping)
    return _in_order(_by_contents(frame.head(_LOOKED_AT), mapping))


def settle_roles(guessed: Mapping[str, str], given: Mapping[str, str | None], columns: Iterable[str]) -> dict[str, str]:
    """Return the guess overruled by what the reader gave; an empty column name takes the role away.

    Raises:
        ColumnError: a role or a column is unknown, a column plays two roles, or user or item is missing.
    """
    names = list(columns)
    for role, column in given.items():
        if role not in ROLES:
            raise ColumnError(f"'{role}' is not a role of a column. {_listed('Roles', role, ROLES)}")
        if column and column not in names:
            raise ColumnError(not_found(column, names))
    chosen = {role: column for role, column in given.items() if column}
    for role, column in chosen.items():
        twins = [other for other, same in chosen.items() if same == column and other != role]
        if twins:
            raise ColumnError(
                f"Column '{column}' was given as {role} and as {twins[0]}. Give each role its own column."
            )
    left = {r: c for r, c in guessed.items() if r not in given and c not in chosen.values()}
    mapping = _in_order(left | chosen)
    for role in ("user", "item"):
        if role not in mapping:
            raise ColumnError(
                f"No column was found for the {role}. The file has: {in_words(names)}. "
                f"Say which one it is, for instance {role}={names[0]}."
            )
    return mapping


def not_found(column: str, columns: Iterable[str]) -> str:
    """Return the sentence for a column that is not among ``columns``, with the nearest one as a hint."""
    return f"Column '{column}' was not found. {_listed('The file has', column, columns)}"


def _listed(what: str, given: str, known: Iterable[str]) -> str:
    names = list(known)
    lower = {name.lower(): name for name in names}
    near = get_close_matches(given.lower(), lower, n=1)
    # "user" is nearer to "user_id" for a person than for an edit distance.
    near = near or [name for name in lower if given.lower() in name or name in given.lower()]
    hint = f" Did you mean '{lower[near[0]]}'?" if near else ""
    return f"{what}: {in_words(names)}.{hint}"


def in_words(names: Iterable[str]) -> str:
    """Return names as a list that stays short: the first twelve and how many more."""
    listed = list(names)
    more = f" and {len(listed) - _NAMED:,} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more


def _in_order(mapping: Mapping[str, str]) -> dict[str, str]:
    return {role: mapping[role] for role in ROLES if role in mapping}


def _without_header(frame: pd.DataFrame) -> bool:
    return all(re.fullmatch(r"column_\d+", str(column)) for column in frame.columns)


def check_no_matrix(frame: pd.DataFrame) -> None:
    """Raise ColumnError where ``frame`` has one column an item: many of numbers, and none named for a role."""
    columns = list(frame.columns)
    plain = {re.sub(r"[^a-z0-9]", "", str(column).lower()) for column in columns}
    if len(columns) < _MATRIX_COLUMNS or plain & {*_NAMES["user"], *_NAMES["item"]}:
        return
    head = frame.head(500)
    rated = sum(bool(np.isfinite(as_numbers(head[column].dropna())).all()) for column in columns)
    if rated >= 0.9 * len(columns):
        raise ColumnError(
            f"This looks like a matrix with one column an item: {rated:,} of {len(columns):,} columns hold numbers. "
            "Expected one row an event, with a user, an item and a rating. Write it that way, or say which columns "
            "they are."
        )


def _time_by_contents(head: pd.DataFrame, plain: Mapping[str, str]) -> dict[str, str]:
    """Return the first column that holds times; plain numbers count as times only where the name says so too."""
    for column, name in plain.items():
        if head[column].notna().any():
            look = _look(head[column])
            if look.time and (not look.numeric or name.endswith("at") or any(hint in name for hint in _TIME_HINTS)):
                return {"time": column}
    return {}


def _by_contents(head: pd.DataFrame, mapping: dict[str, str]) -> dict[str, str]:
    """Return ``mapping`` with the roles still open given to the columns that look the part."""
    looks = {c: _look(head[c]) for c in head.columns if c not in mapping.values() and head[c].notna().any()}
    guess = dict(mapping)
    if _without_header(head):
        place = {column: at for at, column in enumerate(looks)}
        for role in ("time", "event", "rating"):
            fits = [c for c, look in looks.items() if c not in guess.values() and getattr(look, role)]
            if role == "time":
                # A number may be an id of a time's size; what is written as a time is one.
                fits = [c for c in fits if not looks[c].numeric] or fits
            if role == "rating":
                # By custom the two ids stand first; small ids look like ratings too.
                fits = [c for c in fits if place[c] >= 2]
            if role not in guess and fits and len(looks) - len(guess) >= 3:
                guess[role] = fits[-1]
    wanted = [role for role in ("user", "item") if role not in guess]
    fits = [c for c, look in looks.items() if c not in guess.values() and not look.time]
    ids = [c for c in fits if not looks[c].numeric or looks[c].whole]
    repeating = [c for c in ids if not looks[c].counts_rows]
    guess |= dict(zip(wanted, repeating if len(repeating) >= len(wanted) else ids, strict=False))
    if _without_header(head) and "rating" in guess:
        # A rating follows what it is about; behind a price it is a quantity or a flag.
        before = [c for c in looks if place[c] < place[guess["rating"]]]
        before = [c for c in before if not looks[c].counts_rows or (looks[c].numeric and not looks[c].whole)]
        if not set(before) <= set(guess.values()):
            del guess["rating"]
    return guess


def _look(cells: pd.Series) -> _Looks:
    present = cells.dropna()
    numbers = as_numbers(present)
    finite = np.isfinite(numbers)
    numeric = bool(finite.mean() > 0.8)
    values = numbers[finite]
    distinct = int(present.nunique())
    repeats = len(present) / max(distinct, 1)
    whole = numeric and bool((values == np.floor(values)).all())
    # Whole numbers could be times too (seconds since 1970), so a number must be of our days; words are none.
    plausible = _of_our_days(values) or _dates_as_numbers(values) if numeric else _dated(present.head(500))
    time = plausible and bool((~np.isnat(parse_times(present.head(500)))).mean() > 0.8)
    starlike = numeric and bool(values.min() >= 0 and values.max() <= 10)
    gradelike = numeric and bool(repeats >= 1.5 and values.min() >= -10 and values.max() <= 100)
    sliderlike = numeric and not whole and bool(values.min() >= -10 and values.max() <= 10)
    rating = not time and (sliderlike or (distinct <= 101 and (starlike or gradelike)))
    event = not numeric and not time and distinct <= 20 and repeats >= 2 and not present.str.contains(r"\d").any()
    return _Looks(numeric, whole, distinct, repeats, time, rating, event)


def _of_our_days(values: np.ndarray) -> bool:
    """Say whether numbers, as seconds to nanoseconds since 1970, lie mostly between 1990 and 2100."""
    middle = float(np.median(np.abs(values)))
    per_second = 10.0 ** (3 * np.digitize(middle, [1e11, 1e14, 1e17]))
    return bool(6.3e8 <= middle / per_second < 4.2e9)


def _dated(cells: pd.Series) -> bool:
    """Say whether text is short and holds the digits of a date, which is quicker to see than to read it."""
    return bool(((cells.str.len() <= 40) & (cells.str.count(r"\d") >= 4)).mean() > 0.8)


def _dates_as_numbers(values: np.ndarray) -> bool:
    return bool(((values >= 19000101) & (values < 22000101)).all())


def guess_key(frame: pd.DataFrame, role: str, ids: pd.Series) -> str | None:
    """Return the column of a side table that holds the ids of ``role``: by name, else by sharing ``ids``."""
    plain = {str(column): re.sub(r"[^a-z0-9]", "", str(column).lower()) for column in frame.columns}
    known = set(ids.dropna().unique())
    named = [column for name in (*_NAMES[role], "id") for column, this in plain.items() if this == name]
    shares = {
        column: float(ids_of(frame[column]).dropna().isin(known).mean())
        for column in plain
        if frame[column].notna().any()
    }
    matching = [column for column in named if shares.get(column, 0) > 0]
    if matching:
        # Books have an id here and another one elsewhere: the log's is the one it shares most.
        return max(matching, key=lambda column: shares[column])
    best = max(shares, key=lambda column: shares[column], default=None)
    if best is not None and shares[best] >= 0.3 and frame[best].nunique() > 0.9 * frame[best].notna().sum():
        return best
    # A table about nobody of the log is still readable by its name.
    return named[0] if named else None
