"""Files that are there as a whole, or as they were before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from engine.errors import DataError


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a place to write to, which becomes ``target`` once all is written.

    Raises:
        DataError: where it cannot be written.
    """
    part = target.with_name(f".{uuid4().hex}.part")
    try:
        yield part
        part.replace(target)
    except OSError as error:
        raise DataError(f"'{target}' cannot be written: {error.strerror or error}. Choose another place.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
