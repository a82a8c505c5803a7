"""Compiling loops once for all processes, and in each where there is nowhere to keep what was compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` compiled by numba, without the interpreter lock and without reordering of sums.

    What was compiled is kept beside the source file; where that is read-only, in the user's cache folder or in
    ``NUMBA_CACHE_DIR``. Numba refuses to load a function that is to be kept where none of these can be written;
    it is then compiled anew in each process, which takes seconds.
    """
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)
