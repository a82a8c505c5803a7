"""How alike people rated, told by sums that add: so also without an item, and of somebody who came after training.

Surprise 1.1.5's formulas (``similarities.pyx``), each over the items that both have. A sum over the items less one
item's term is the sum without that item, which makes the similarity without each of a person's items as cheap as
the similarity itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True)
class Sums:
    """Sums over what one person (x) and another (y) both rated; each an array of the same shape.

    Attributes:
        n: items that both have.
        x, y: sums of the values.
        xx, yy: sums of their squares.
        xy: sum of their products.
    """

    n: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    xx: NDArray[np.float64]
    yy: NDArray[np.float64]
    xy: NDArray[np.float64]

    def leaving_out(self) -> Sums:
        """Return, of what each item adds, the sums over all items and then over all but each: (y, 1 + items)."""
        found = []
        for each in fields(self):
            part = getattr(self, each.name)
            whole = part.sum(axis=1, keepdims=True)
            found.append(np.concatenate([whole, whole - part], axis=1))
        return Sums(*found)


def sums(people: sparse.csr_array, others: sparse.csr_array) -> Sums:
    """Return the sums of every one of ``people`` with every one of ``others``, shape (people, others).

    Args:
        people: values, shape (people, items); stored zeros are values too.
        others: values, shape (others, items), likewise.
    """
    has, have = _stored(people), _stored(others).T
    squares, others_squares = people.power(2), others.power(2).T
    pairs = (
        (has, have),
        (people, have),
        (has, others.T),
        (squares, have),
        (has, others_squares),
        (people, others.T),
    )
    return Sums(*((one @ other).toarray() for one, other in pairs))


def terms(values: NDArray[np.float64], others: sparse.csr_array) -> Sums:
    """Return what each item adds to one person's sums with ``others``, shape (others, items).

    Args:
        values: the person's, shape (items,).
        others: values of the same items, shape (others, items); stored zeros are values too.
    """
    has, theirs = _stored(others).toarray(), others.toarray()
    return Sums(has, has * values, theirs, has * values**2, theirs**2, theirs * values)


def similarity(name: str, of: Sums, *, min_support: int, shrinkage: float) -> NDArray[np.float64]:
    """Return similarities from ``of``; 0 where too few items are shared or the formula is not defined.

    Args:
        name: ``cosine``, ``msd``, ``pearson``, or ``pearson_baseline``, whose values are deviations from a baseline.
        of: sums of any shape, which is the result's.
        min_support: fewest shared items.
        shrinkage: of ``pearson_baseline``.
    """
    if name == "msd":
        squares = np.maximum(of.xx - 2 * of.xy + of.yy, 0.0)
        mean = np.divide(squares, of.n, out=np.zeros_like(squares), where=of.n > 0)
        return np.where(of.n >= max(1, min_support), 1 / (mean + 1), 0.0)
    if name == "pearson":
        product = of.n * of.xy - of.x * of.y
        square = (of.n * of.xx - of.x**2) * (of.n * of.yy - of.y**2)
    else:
        product, square = of.xy, of.xx * of.yy
    fewest = max(2, min_support) if name == "pearson_baseline" else max(1, min_support)
    defined = (of.n >= fewest) & (square > 0)
    norm = np.sqrt(np.where(defined, square, 1.0))
    found = np.where(defined, product / norm, 0.0)
    if name == "pearson_baseline":
        freedom = np.maximum(of.n - 1, 0)
        found = found * (freedom / np.maximum(freedom + shrinkage, 1e-300))
    return found


def _stored(matrix: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)
