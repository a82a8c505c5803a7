"""Any one file as a raw table: delimited text, JSON Lines or Parquet, told apart by what is in it."""

from __future__ import annotations

from engine.loading.delimited import read_delimited
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
    return read_json_lines(source) if kind == "json" else read_delimited(source)
