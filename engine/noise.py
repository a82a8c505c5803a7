"""Counter-based randomness: the draw that belongs to (seed, user, item, ...) whatever else is drawn.

A sequential generator gives a user another draw as soon as somebody before them is left out. Here each draw
is a hash of its own keys, so it does not depend on blocks, on their order, or on who else is asked for; two
arms of an experiment see the same luck (common random numbers).

The hash chains the finaliser of SplitMix64 (Steele, Lea & Flood 2014, "Fast Splittable Pseudorandom Number
Generators", OOPSLA, section 3; constants of Stafford's Mix13) over the keys.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_WORD = 2**64


def uniform(seed: int, *keys: str | ArrayLike) -> NDArray[np.float64]:
    """Return independent uniform draws on the open interval (0, 1), one for each combination of keys.

    Args:
        seed: any integer.
        keys: what a draw belongs to: integers, integer arrays, or strings that name a stream. Their shapes
            broadcast: ``uniform(seed, users[:, None], items)`` has shape (users, items). The order matters.

    Returns:
        Array of the broadcast shape; 52 random bits a draw. The same seed and keys give the same bits.
    """
    bits = _hash(seed, keys)
    bits >>= np.uint64(12)
    draws = bits.astype(np.float64)
    draws += 0.5
    draws *= 2.0**-52
    return draws


def normal(seed: int, *keys: str | ArrayLike) -> NDArray[np.float64]:
    """Return independent standard normal draws: the normal quantile of ``uniform(seed, *keys)``."""
    return np.asarray(ndtri(uniform(seed, *keys)))


@lru_cache(maxsize=256)
def stream(seed: int, name: str) -> np.uint64:
    """Return the state of the hash after seed and stream, which compiled loops chain the other keys to."""
    return np.uint64(_hash(seed, (name,)))


def _hash(seed: int, keys: tuple[str | ArrayLike, ...]) -> NDArray[np.uint64]:
    """Chain the keys into one 64-bit word each; for any other keys fixed, a bijection of each single key."""
    with np.errstate(over="ignore"):  # unsigned words wrap round, which is meant
        state = _mix(np.asarray(seed % _WORD, dtype=np.uint64))
        for key in keys:
            state = _mix(state ^ _mix(_word(key)))
    return state


def _mix(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64 bits (a bijection); writes into a fresh array."""
    mixed = np.asarray(word + _GOLDEN)
    mixed ^= mixed >> np.uint64(30)
    mixed *= _FIRST
    mixed ^= mixed >> np.uint64(27)
    mixed *= _SECOND
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _word(key: str | ArrayLike) -> NDArray[np.uint64]:
    if isinstance(key, str):
        digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
        return np.asarray(int.from_bytes(digest, "little"), dtype=np.uint64)
    if isinstance(key, int):
        return np.asarray(key % _WORD, dtype=np.uint64)
    numbers = np.asarray(key)
    if not np.issubdtype(numbers.dtype, np.integer):
        raise TypeError(f"a key is an integer, an integer array or a string, not {numbers.dtype}")
    return numbers.astype(np.uint64)
