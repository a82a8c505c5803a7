"""The files of the Netflix Prize (Bennett & Lanning 2007): a movie's number and a colon, then its ratings below it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.loading.encoding import read_text
from engine.loading.raw import RawTable, refusals, text_columns
from engine.loading.sources import Source

_START = re.compile(rb"\s*\d+:\s*\n\s*\d+,\d,\d{4}-\d\d-\d\d\s*\n")
_COLUMNS = ("customer_id", "rating", "date")


def is_netflix_prize(source: Source) -> bool:
    """Return whether a file begins as those of the Netflix Prize do."""
    with source.path.open("rb") as file:
        return _START.match(file.read(1000).replace(b"\r\n", b"\n")) is not None


def read_netflix_prize(source: Source) -> RawTable:
    """Return one row a rating: ``movie_id``, ``customer_id``, ``rating`` and ``date``.

    Raises:
        DataError: the file is binary or in an unknown encoding.
    """
    text = read_text(source)
    lines = pa.array(text.data.decode(text.encoding, "replace").split("\n"), pa.large_string())
    lines = pc.utf8_trim(lines, " \t\r")
    blank = np.asarray(pc.equal(lines, ""))
    heads = np.asarray(pc.match_substring_regex(lines, r"^\d+:$"))
    movies = np.asarray(pc.utf8_rtrim(lines.filter(pa.array(heads)), ":").to_pandas(), dtype=object)
    block = np.cumsum(heads) - 1
    split = pc.split_pattern(lines, ",")
    whole = ~heads & ~blank & (np.asarray(pc.list_value_length(split)) == len(_COLUMNS))
    cells = split.filter(pa.array(whole)).flatten()
    columns = {"movie_id": pd.Series(movies[block[whole]], dtype="str")} | {
        name: cells.take(np.arange(at, len(cells), len(_COLUMNS))).to_pandas() for at, name in enumerate(_COLUMNS)
    }
    wrong = np.flatnonzero(~heads & ~blank & ~whole)
    return RawTable(
        text_columns(pd.DataFrame(columns)),
        np.flatnonzero(whole) + 1,
        refusals(wrong + 1, "line is neither a movie nor a rating", value=lines.take(wrong).to_pylist()),
        "Netflix Prize text, ratings below their movie",
    )
