"""Any one file as a raw table: delimited text, JSON Lines, Parquet or the Netflix Prize's, told apart by contents."""

from __future__ import annotations

from engine.loading.delimited import read_delimited
from engine.loading.netflix import is_netflix_prize, read_netflix_prize
from engine.loading.raw import RawTable
from engine.loading.sources import Source, kind_of
from engine.loading.structured import read_json_lines, read_parquet


def read_table(source: Source) -> RawTable:
    """Return the rows of ``source``.

    Raises:
        DataError: the file cannot be used; the sentence says why.
    """
    kind = kind_of(source)
    if kind == "parquet":
        return read_parquet(source)
    if kind == "json":
        return read_json_lines(source)
    return read_netflix_prize(source) if is_netflix_prize(source) else read_delimited(source)
