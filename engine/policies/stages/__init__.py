"""Every stage by name: what it does, what it can be told, and how to make one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from engine.categories import named_categories
from engine.policies.stage import StageInfo
from engine.policies.stages import (
    ask,
    calibrated,
    cap,
    category,
    dial,
    discount,
    epsilon,
    ignored,
    in_stock,
    level,
    longtail,
    mmr,
    most,
    new,
    thompson,
    xquad,
)
from engine.world.catalogue import item_prices

_STAGES: dict[str, StageInfo] = {
    info.name: info
    for info in (
        *(module.INFO for module in (dial, mmr, calibrated, xquad, longtail, epsilon, thompson, cap, ignored)),
        *category.INFOS,
        *(module.INFO for module in (in_stock, most, new, level, ask)),
        *discount.INFOS,
    )
}

STAGES: Mapping[str, StageInfo] = MappingProxyType(_STAGES)
"""In the order they are usually put: re-ranking, exploring, rules, then what uses beyond product rows need."""


def possible(items: pd.DataFrame) -> tuple[str, ...]:
    """Return the names of the stages that an item table, one row an item, has what they need for."""
    lacking = set() if named_categories(items) else {info.name for info in category.INFOS}
    if in_stock.stock_column(items) is None:
        lacking.add(in_stock.INFO.name)
    if item_prices(items) is None:
        lacking |= {info.name for info in discount.INFOS}
    return tuple(name for name in STAGES if name not in lacking)


def add_stage(info: StageInfo) -> None:
    """Let policies name the stage ``info`` describes; adding the same again changes nothing."""
    _STAGES[info.name] = info
