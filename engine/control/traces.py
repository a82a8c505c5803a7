"""Where a user's id stands in the files the Lab keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.store import home

#: Folders below the home that other parts of the Lab keep copies or results in, and can make again.
KEPT = ("uploads", "individual")

#: Measures of whole datasets, cheap to make again; their names do not say of which.
MEASURED = ("fidelity",)


def files_with(user_id: str) -> Iterator[Path]:
    """Yield the kept copies and results in which ``user_id`` stands as a whole value."""
    for folder in KEPT:
        for file in sorted((home() / folder).rglob("*")):
            if file.is_file() and holds(file, user_id):
                yield file


def holds(file: Path, user_id: str) -> bool:
    """Return whether ``user_id`` stands in ``file`` as a whole value: a cell of Parquet, or a word of any text."""
    with file.open("rb") as opened:
        if opened.read(4) == b"PAR1":
            return _in_parquet(file, user_id)
    # Not inside a longer word: user 5 does not stand in 2015.
    return re.search(rb"(?<![\w.-])" + re.escape(user_id.encode()) + rb"(?![\w-])", file.read_bytes()) is not None


def names(request: Any, wanted: Set[str]) -> bool:
    """Return whether a job's ``request`` names one of ``wanted``: as a value, or as the last part of a path."""
    if isinstance(request, dict):
        return any(names(value, wanted) for value in request.values())
    if isinstance(request, list):
        return any(names(value, wanted) for value in request)
    return isinstance(request, str) and (request in wanted or bool(wanted & set(Path(request).parts[-2:])))


def _in_parquet(file: Path, user_id: str) -> bool:
    opened = pq.ParquetFile(file)
    for column in opened.schema_arrow:
        values = opened.read(columns=[column.name]).column(0)
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        if pa.types.is_integer(values.type):
            values = values.cast(pa.string())
        if (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)) and bool(
            pc.any(pc.equal(values, user_id)).as_py()
        ):
            return True
    return False
