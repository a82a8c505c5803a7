"""Delimited text: which encoding, which delimiter, a header or not, and every row or the reason it is none.

A clean file (one row a line, all of one width) is read by DuckDB. Anything else is read line by line with
Python's csv module, so that each malformed line keeps its number and its reason.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.errors import DataError
from engine.loading.encoding import Text, decoded_lines, read_text
from engine.loading.raw import RawTable, refusals, text_columns
from engine.loading.sources import Source

_NAMES = {",": "Comma", "\t": "Tab", ";": "Semicolon", "|": "Bar", "::": "Double-colon", " ": "Space"}
_DELIMITERS = (",", "\t", ";", "|", "::", "^", "~", "#", "&", "!", "%", "*", "$", "\x01", "\x1f", " ")
_SAMPLE_LINES = 300
_LONGEST_RECORD = 200  # lines; a quote left open does not swallow more than this before it is noticed
csv.field_size_limit(2**31 - 1)  # a review may be longer than the module's usual 131,072 characters
_NUMBER_OR_DATE = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?([eE][-+]?[0-9]+)?|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.*")


@dataclass(frozen=True)
class Dialect:
    """How a text file is written.

    Attributes:
        delimiter: what parts the cells; one character, or several.
        quoted: whether a double quote may enclose a cell.
        header: whether the first line names the columns; None where it is to be found out.
        columns: the names to use where there is no header; None for column_1, column_2, ...
    """

    delimiter: str
    quoted: bool = True
    header: bool | None = None
    columns: tuple[str, ...] | None = None


def read_delimited(source: Source, dialect: Dialect | None = None) -> RawTable:
    """Return the rows of a text file; ``dialect`` is found from the contents unless given.

    Raises:
        DataError: the file is binary, in an unknown encoding, has one column, or a header and no rows.
    """
    text = read_text(source)
    start = decoded_lines(text.data[: 1 << 20], text.encoding)[:_SAMPLE_LINES]
    if dialect is None:
        dialect = Dialect(_delimiter(start, source))
    sample = _rows(start, dialect)
    if not sample:
        raise DataError(f"'{source.name}' has no line that could be read as text.")
    width = Counter(map(len, sample)).most_common(1)[0][0]
    starts_well = len(sample[0]) == width
    sample = [cells for cells in sample if len(cells) == width]
    header = _has_header(sample) if dialect.header is None else dialect.header
    columns = _column_names(sample[0]) if header else _given_names(dialect.columns, width)
    frame = _read_clean(source, text, dialect, header, width) if starts_well else None
    if frame is not None:
        lines = np.arange(len(frame), dtype=np.int64) + (2 if header else 1)
        malformed = refusals([], [])
    else:
        frame, lines, malformed = _read_messy(text, dialect, header, width)
    if not len(frame) and not len(malformed):
        raise DataError(f"'{source.name}' has a header row and no rows under it.")
    frame.columns = pd.Index(columns)
    parted = _NAMES.get(dialect.delimiter, repr(dialect.delimiter))
    wording = f"{parted}-separated text, {text.encoding.upper()}, {'with' if header else 'without'} a header row"
    del text  # the cells are a copy of it
    return RawTable(text_columns(frame), lines, malformed, wording)


def _delimiter(lines: list[str | None], source: Source) -> str:
    """Return the delimiter that cuts most lines into the same number of cells, two or more, the first one too."""
    text = [line for line in lines if line and line.strip()]
    found: list[tuple[float, bool, int, int, str]] = []
    for place, delimiter in enumerate(_DELIMITERS):
        if delimiter == " " and found:
            break  # blanks stand inside titles and times, so they part cells only where nothing else does
        widths = [len(cells) for cells in _rows(list(text), Dialect(delimiter))]
        width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        split = [wide for wide in widths if wide > 1]
        if width == 1 and split:
            width, count = Counter(split).most_common(1)[0]
        share = count / max(len(widths), 1)
        if width > 1 and share >= 0.3:
            # "a, b, c";2 under "place";"age": the commas of the cells are not in the header.
            found.append((round(share, 1), widths[0] == width, width, -place, delimiter))
    if not found:
        raise DataError(
            f"'{source.name}' has one column. Expected at least {source.columns}, parted by commas, tabs, "
            "semicolons or the like."
        )
    return max(found)[-1]


def _has_header(sample: list[list[str]]) -> bool:
    """Say whether the first row names the columns: it holds no number or date, and its words do not recur."""
    first, body = [cell.strip() for cell in sample[0]], sample[1:]
    if not all(first) and not any(first[1:]):
        return False
    if any(_NUMBER_OR_DATE.fullmatch(cell) for cell in first):
        return False
    return not any(row[place].strip() == cell for row in body for place, cell in enumerate(first[: len(row)]) if cell)


def _column_names(cells: list[str]) -> tuple[str, ...]:
    """Return the header's names; a blank one becomes column_N, a repeated one gets its number."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column_{place}"
        while name in names:
            name = f"{name}_{place}"
        names.append(name)
    return tuple(names)


def _given_names(columns: tuple[str, ...] | None, width: int) -> tuple[str, ...]:
    given = columns or ()
    return given[:width] + tuple(f"column_{place}" for place in range(len(given) + 1, width + 1))


def _read_clean(source: Source, text: Text, dialect: Dialect, header: bool, width: int) -> pd.DataFrame | None:
    """Return the rows if every line is one row of ``width`` cells, else None."""
    data, encoding = text.data, text.encoding
    odd_bytes = b"\r" in data or (encoding == "latin-1" and re.search(rb"[\x80-\x9f]", data))
    starts_blank = not data.split(b"\n", 1)[0].strip()
    if text.rewritten or odd_bytes or starts_blank or (text.marked and not header):
        return None
    quote = '"' if dialect.quoted else ""
    try:
        with duckdb.connect() as connection:
            table = connection.read_csv(
                str(source.path),
                header=False,
                skiprows=int(header),
                sep=dialect.delimiter,
                quotechar=quote,
                escapechar=quote,
                columns={f"c{place}": "VARCHAR" for place in range(width)},
                auto_detect=False,
                encoding=encoding,
                strict_mode=True,
            )
            frame: pd.DataFrame = table.to_arrow_table().to_pandas()
    except duckdb.Error:
        return None
    lines = data.rstrip(b"\n").count(b"\n") + 1
    return frame if len(frame) == lines - header else None


def _read_messy(
    text: Text, dialect: Dialect, header: bool, width: int
) -> tuple[pd.DataFrame, NDArray[np.int64], pd.DataFrame]:
    """Return the rows of ``width`` cells, their lines, and the rest as refusals."""
    decoded = decoded_lines(text.data, text.encoding)
    array = pa.array(decoded, pa.large_string())
    plain = pc.fill_null(pc.not_equal(pc.utf8_trim(array, " \r"), ""), False).to_numpy(zero_copy_only=False).copy()
    rows: list[list[str]] = []
    lines: list[int] = []
    wrong: list[tuple[int, str, str | None]] = []

    # Lines with a quote, or in another encoding, one by one; the rest is split all at once.
    read = 0
    odd = pc.fill_null(pc.match_substring(array, '"'), True) if dialect.quoted else pc.is_null(array)
    for at in np.flatnonzero(odd.to_numpy(zero_copy_only=False)).tolist():
        if at < read:
            continue
        cells, taken = _row(decoded, at, dialect, width)
        read = at + taken
        plain[at:read] = False
        if cells is None:
            reason = "quote is not closed" if decoded[at] else f"line is not {text.encoding.upper()} text"
            wrong.append((at + 1, reason, decoded[at]))
        elif len(cells) == width:
            rows.append(cells)
            lines.append(at + 1)
        else:
            wrong.append((at + 1, _width_reason(len(cells), width), dialect.delimiter.join(cells)))

    place = np.flatnonzero(plain)
    split = pc.split_pattern(pc.utf8_rtrim(array.take(place), "\r"), dialect.delimiter)
    widths = pc.list_value_length(split).to_numpy(zero_copy_only=False)
    for at, cells_found in zip(place[widths != width].tolist(), widths[widths != width].tolist(), strict=True):
        wrong.append((at + 1, _width_reason(cells_found, width), decoded[at]))
    flat = split.filter(pa.array(widths == width)).flatten()
    table = pa.table(
        [flat.take(np.arange(c, len(flat), width)) for c in range(width)], names=[str(c) for c in range(width)]
    )
    frame = pd.concat([table.to_pandas(), pd.DataFrame(rows, columns=table.column_names, dtype="str")])
    line = np.concatenate([place[widths == width] + 1, np.array(lines, dtype=np.int64)])
    order = np.argsort(line, kind="stable")[int(header) :]
    wrong.sort()
    malformed = refusals([w[0] for w in wrong], [w[1] for w in wrong], value=[w[2] for w in wrong])
    return frame.iloc[order].reset_index(drop=True), line[order], malformed


def _width_reason(found: int, width: int) -> str:
    return f"{found} column{'s' if found != 1 else ''} instead of {width}"


def _rows(lines: list[str | None], dialect: Dialect) -> list[list[str]]:
    """Return the cells of every readable row."""
    rows, at = [], 0
    while at < len(lines):
        if (lines[at] or "").strip(" \r"):
            cells, taken = _row(lines, at, dialect)
            at += taken
            if cells is not None:
                rows.append(cells)
        else:
            at += 1
    return rows


def _row(lines: list[str | None], at: int, dialect: Dialect, width: int | None = None) -> tuple[list[str] | None, int]:
    """Return the cells of the row that begins at line ``at`` (None if unreadable) and the lines it takes.

    A quoted cell may run over several lines. Where that gives a row of another width than ``width``, or
    swallows lines most of which would be rows by themselves, the quote was a stray one: its line alone is
    unreadable and reading goes on with the next line.
    """
    line = lines[at]
    if line is None:
        return None, 1
    if not dialect.quoted or len(dialect.delimiter) > 1:
        return line.rstrip("\r").split(dialect.delimiter), 1
    cells, taken = _record(lines, at, dialect.delimiter)
    if taken > 1 and cells is not None and width is not None:
        alone = [(text or "").count(dialect.delimiter) + 1 == width for text in lines[at : at + taken]]
        if len(cells) != width or 2 * sum(alone) > taken:
            return None, 1
    return cells, taken


def _record(lines: list[str | None], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """Return the cells of the row that begins at ``at`` and the lines it takes; None if a quote stays open."""
    line = lines[at] or ""
    if '"' not in line:
        return line.rstrip("\r").split(delimiter), 1
    taken, open_quote = 0, False

    def feed() -> Iterator[str]:
        # The reader asks for another line only while a quote is open.
        nonlocal taken, open_quote
        for following in lines[at : at + _LONGEST_RECORD]:
            if following is None:
                break
            taken += 1
            yield following.rstrip("\r") + "\n"
        open_quote = True

    try:
        cells = next(csv.reader(feed(), delimiter=delimiter))
    except (csv.Error, StopIteration):
        return None, 1
    return (None, 1) if open_quote else (cells, taken)
