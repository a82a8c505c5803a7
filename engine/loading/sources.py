"""Where the bytes come from, and the sentence for a file that cannot be an interaction log."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from engine.errors import DataError

MAX_BYTES = 2 * 1024**3
"""The largest file that is read; a larger one would not fit in an ordinary machine's memory."""

Kind = Literal["parquet", "json", "text"]

_PACKED = {
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"{\\rtf": "a word processor document",
}


@dataclass(frozen=True)
class Source:
    """One file to read.

    Attributes:
        path: where it lies.
        name: what the reader calls it.
        wanted: what the file should be, as an error names it.
        columns: what the file must hold at least, as an error names it.
    """

    path: Path
    name: str
    wanted: str = "an interaction log"
    columns: str = "a user and an item"

    @property
    def expected(self) -> str:
        """The sentence that says which files are read."""
        return f"Expected {self.wanted}: CSV, TSV, JSON Lines or Parquet."


def as_source(given: str | os.PathLike[str] | bytes, name: str | None, stack: ExitStack) -> Source:
    """Return the file of a path or of uploaded bytes; the latter lie in a folder that ``stack`` removes."""
    if isinstance(given, bytes):
        folder = stack.enter_context(TemporaryDirectory(prefix="lab-upload-"))
        path = Path(folder) / "upload"
        path.write_bytes(given)
        return Source(path, name or "upload")
    path = Path(given).expanduser()
    return Source(path, name or path.name or str(path))


def kind_of(source: Source) -> Kind:
    """Return how the file is written.

    Raises:
        DataError: it is missing, empty, too large, packed, or neither a text, JSON Lines nor Parquet file.
    """
    _check_size(source)
    with source.path.open("rb") as file:
        head = file.read(65536)
    name = source.name
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" in head or name.lower().endswith((".xlsx", ".xlsm")):
            raise DataError(f"'{name}' is an Excel workbook. Save its sheet as CSV and load that.")
        raise DataError(f"'{name}' is a zip archive. Unpack it and load the file inside.")
    for mark, what in _PACKED.items():
        if head.startswith(mark):
            raise DataError(f"'{name}' is {what}. Unpack it and load the file inside.")
    for mark, what in _FOREIGN.items():
        if head.startswith(mark):
            raise DataError(f"'{name}' is {what}, not a table. {source.expected}")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and len(head) < 65536:
        raise DataError(f"'{name}' holds nothing but blank lines. {source.expected}")
    if start.startswith((b"[{", b"[\n", b"[\r", b"[ ")):
        raise DataError(f"'{name}' is one JSON array. Write one JSON object a line (JSON Lines) instead.")
    if start.lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise DataError(f"'{name}' is a web page or XML, not a table. {source.expected}")
    return "json" if start.startswith(b"{") else "text"


def _check_size(source: Source) -> None:
    try:
        found = source.path.stat()
    except (OSError, ValueError):
        raise DataError(_missing(source)) from None
    if not stat.S_ISREG(found.st_mode):
        raise DataError(f"'{source.name}' is not a regular file. {source.expected}")
    if found.st_size == 0:
        raise DataError(f"'{source.name}' is empty. {source.expected}")
    if found.st_size > MAX_BYTES:
        size, most = found.st_size / 1024**3, MAX_BYTES / 1024**3
        raise DataError(
            f"'{source.name}' has {size:.1f} GB; at most {most:.0f} GB can be read. "
            "Keep a sample of its users, or only the columns that are needed."
        )
    if not os.access(source.path, os.R_OK):
        raise DataError(f"'{source.name}' may not be read. Change its permissions.")


def _missing(source: Source) -> str:
    path = source.path
    try:
        neighbours = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        neighbours = []
    near = get_close_matches(path.name, neighbours, n=1)
    others = ", a MovieLens folder, or the word sample" if source.wanted == Source.wanted else ""
    hint = f" Did you mean '{near[0]}'?" if near else f" Give a file{others}."
    return f"File '{path}' was not found.{hint}"
