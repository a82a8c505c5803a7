"""Which encoding a text file is in: UTF-8, UTF-16 with its mark, or latin-1; and its lines."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import DataError
from engine.loading.sources import Source

_DAMAGED_SHARE = 0.2  # of the lines; with more of them the encoding is another one


@dataclass(frozen=True)
class Text:
    """The bytes of a text file, ready to be cut into lines.

    Attributes:
        data: the file without a byte order mark, its lines ended by line feeds.
        encoding: utf-8 or latin-1.
        marked: whether the file begins with a UTF-8 byte order mark.
        rewritten: whether the file on disk reads differently: UTF-16, or lines ended by carriage returns alone.
    """

    data: bytes
    encoding: str
    marked: bool
    rewritten: bool


def read_text(source: Source) -> Text:
    """Return the text of a file.

    Raises:
        DataError: the file is binary or in an unknown encoding.
    """
    data = source.path.read_bytes()
    marked = data.startswith(b"\xef\xbb\xbf")
    rewritten = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if rewritten:
        try:
            data = data.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError:
            raise DataError(f"'{source.name}' is damaged UTF-16 text. Save it as UTF-8.") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data:
        raise DataError(f"'{source.name}' is binary, not text. Expected CSV, TSV, JSON Lines or Parquet.")
    data = data.replace(b"\r\n", b"\n")
    if b"\r" in data and b"\n" not in data:
        data, rewritten = data.replace(b"\r", b"\n"), True
    return Text(data, _encoding(data, source.name), marked, rewritten)


def _encoding(data: bytes, name: str) -> str:
    """Return utf-8 or latin-1 (read as Windows-1252, which adds the curly quotes to it)."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    every = data.split(b"\n")
    lines = [line for line in every if not line.isascii()]
    in_utf8 = sum(_readable(line, "utf-8") for line in lines)
    in_latin = sum(_readable(line, "cp1252") for line in lines)
    if len(lines) - max(in_utf8, in_latin) > _DAMAGED_SHARE * len(every):
        raise DataError(f"'{name}' is in an unknown encoding: neither UTF-8 nor latin-1. Save it as UTF-8.")
    # Bytes that are right UTF-8 on most lines are UTF-8 with a few damaged lines.
    return "utf-8" if in_utf8 >= 0.5 * len(lines) else "latin-1"


def _readable(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decoded_lines(data: bytes, encoding: str) -> list[str | None]:
    """Return the lines; None where one cannot be read in ``encoding``."""
    codec = "cp1252" if encoding == "latin-1" else encoding
    try:
        return list(data.decode(codec).split("\n"))
    except UnicodeDecodeError:
        return [line.decode(codec) if _readable(line, codec) else None for line in data.split(b"\n")]
