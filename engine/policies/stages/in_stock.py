"""A stock rule: what cannot be had is not shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from engine.errors import ModelError
from engine.policies.evidence import Evidence
from engine.policies.pool import Mask, Pool
from engine.policies.stage import StageInfo

COLUMNS = ("instock", "stock", "available", "availability", "inventory", "stockquantity", "quantity")
_OUT = ("outofstock", "out", "soldout", "unavailable", "notavailable", "discontinued", "no", "false", "n", "0")


@dataclass(frozen=True)
class InStock:
    """Shows what the item table says is in stock; what it says nothing of counts as in stock.

    Attributes:
        allowed: which items may be shown, shape (items,); None before ``fitted``.
    """

    allowed: Mask | None = field(default=None, compare=False, repr=False)

    name = "in_stock"
    title = "in stock"
    value = None
    reach = 1

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with the items that are in stock.

        Raises:
            ModelError: where the item table has no column that says.
        """
        items = evidence.train.items
        column = None if items is None else stock_column(items)
        if items is None or column is None:
            names = [] if items is None else map(str, items.columns)
            raise ModelError(
                "in_stock needs an item table with a column stock, in_stock or available. The items have: "
                f"{', '.join(names) or 'no table'}. Load one that has it, or leave in_stock out."
            )
        return replace(self, allowed=~_out(items[column]))

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - a rule holds for all of the pool
        """Return the pool without what is out of stock."""
        return pool if self.allowed is None else pool.kept(self.allowed[pool.items])


def stock_column(items: pd.DataFrame) -> str | None:
    """Return the column of the item table that says what is in stock, or None."""
    plain = {re.sub(r"[^a-z0-9]", "", str(name).lower()): name for name in items.columns}
    return next((plain[name] for name in COLUMNS if name in plain), None)


def _out(cells: pd.Series) -> Mask:
    """Return where a cell says that there is none: a number of 0 or less, false, or words such as sold out."""
    if pd.api.types.is_numeric_dtype(cells):  # truth values are numbers too
        return np.asarray((cells <= 0).fillna(False), dtype=bool)
    words = (
        cells.astype(object).where(cells.notna(), "").astype(str).str.lower().str.replace(r"[^a-z0-9]", "", regex=True)
    )
    return words.isin(_OUT).to_numpy(bool)


INFO = StageInfo(
    name="in_stock",
    title="In stock only",
    group="guardrail",
    description="Never shows what the item table says is out of stock.",
    setting=None,
    source="Our own choice",
    make=InStock,
)
