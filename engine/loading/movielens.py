"""The folders GroupLens gives out: MovieLens 100K, 1M, 10M, 20M, 25M, 32M and latest.

Formats as their READMEs tell them (Harper & Konstan 2015, "The MovieLens Datasets").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import pandas as pd

from engine.errors import DataError
from engine.loading.delimited import Dialect, read_delimited
from engine.loading.raw import RawTable, text_columns
from engine.loading.sources import Source, kind_of


@dataclass(frozen=True)
class MovieLens:
    """One MovieLens folder.

    Attributes:
        ratings: the log, columns user_id, item_id, rating, time.
        users: the user table or None.
        items: the item table or None.
        mapping: role -> column of ``ratings``.
        rating_scale: lowest and highest rating of this edition.
        title: the edition in words.
    """

    ratings: RawTable
    users: RawTable | None
    items: RawTable | None
    mapping: Mapping[str, str]
    rating_scale: tuple[float, float]
    title: str


_LOG = ("user_id", "item_id", "rating", "time")
_MAPPING = {"user": "user_id", "item": "item_id", "rating": "rating", "time": "time"}
_PEOPLE_100K = ("user_id", "age", "gender", "occupation", "zip_code")
_PEOPLE_1M = ("user_id", "gender", "age", "occupation", "zip_code")


def read_movielens(folder: Path) -> MovieLens:
    """Return the tables of a MovieLens folder.

    Raises:
        DataError: the folder is none, or one of its files cannot be read.
    """
    if (folder / "u.data").exists():
        return _edition_100k(folder)
    if (folder / "ratings.dat").exists():
        return _edition_1m(folder)
    if (folder / "ratings.csv").exists() and (folder / "movies.csv").exists():
        return _edition_latest(folder)
    raise DataError(
        f"Folder '{folder}' is not a MovieLens folder: it has neither u.data, ratings.dat, nor ratings.csv with "
        "movies.csv. Give the file itself."
    )


def _edition_100k(folder: Path) -> MovieLens:
    genres = ("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
              "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War",
              "Western")  # fmt: skip
    items = _table(folder / "u.item", "|", ("item_id", "title", "released", "video_released", "url", *genres))
    if items is not None:
        flags = (items.frame[list(genres)].to_numpy(dtype=object) == "1").tolist()
        joined = ["|".join(compress(genres, row)) for row in flags]
        items = _with_genres(items, items.frame[["item_id", "title"]], pd.Series(joined, dtype="str"))
    return MovieLens(
        ratings=_log(folder / "u.data", "\t"),
        users=_table(folder / "u.user", "|", _PEOPLE_100K),
        items=items,
        mapping=_MAPPING,
        rating_scale=(1.0, 5.0),
        title="MovieLens 100K folder",
    )


def _edition_1m(folder: Path) -> MovieLens:
    items = _table(folder / "movies.dat", "::", ("item_id", "title", "genres"))
    users = _table(folder / "users.dat", "::", _PEOPLE_1M)
    return MovieLens(
        ratings=_log(folder / "ratings.dat", "::"),
        users=users,
        items=items and _with_genres(items, items.frame[["item_id", "title"]], items.frame["genres"]),
        mapping=_MAPPING,
        # The 10M edition has no users.dat and rates by half stars.
        rating_scale=(1.0, 5.0) if users is not None else (0.5, 5.0),
        title="MovieLens 1M folder" if users is not None else "MovieLens 10M folder",
    )


def _edition_latest(folder: Path) -> MovieLens:
    ratings = _read(folder / "ratings.csv")
    movies = _read(folder / "movies.csv")
    expected = {"userId", "movieId", "rating", "timestamp"}
    if missing := sorted(expected - set(ratings.frame.columns)):
        raise DataError(f"'ratings.csv' in '{folder}' lacks the column {missing[0]}, so it is not MovieLens's.")
    items = None
    if {"movieId", "title", "genres"} <= set(movies.frame.columns):
        table = movies.frame.rename(columns={"movieId": "item_id"})
        items = _with_genres(movies, table[["item_id", "title"]], table["genres"])
    return MovieLens(
        ratings=ratings,
        users=None,
        items=items,
        mapping={"user": "userId", "item": "movieId", "rating": "rating", "time": "timestamp"},
        rating_scale=(0.5, 5.0),
        title="MovieLens folder with ratings.csv",
    )


def _log(path: Path, delimiter: str) -> RawTable:
    return _read(path, Dialect(delimiter, quoted=False, header=False, columns=_LOG))


def _table(path: Path, delimiter: str, columns: tuple[str, ...]) -> RawTable | None:
    if not path.exists():
        return None
    return _read(path, Dialect(delimiter, quoted=False, header=False, columns=columns))


def _read(path: Path, dialect: Dialect | None = None) -> RawTable:
    source = Source(path, path.name)
    kind_of(source)
    return read_delimited(source, dialect)


def _with_genres(raw: RawTable, table: pd.DataFrame, genres: pd.Series) -> RawTable:
    """Return the item table with its first genre as ``category``, all of them, and the year in the title."""
    joined = genres.astype("str").replace("(no genres listed)", "").fillna("")
    frame = table.assign(
        category=joined.str.split("|").str[0],
        genres=joined,
        year=table["title"].str.extract(r"\((\d{4})\)\s*$", expand=False),
    )
    return RawTable(text_columns(frame), raw.lines, raw.malformed, raw.format)
