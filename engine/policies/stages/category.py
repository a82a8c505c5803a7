"""Category rules: only some categories, or all but some."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, Self

import numpy as np

from engine.categories import SEPARATOR
from engine.errors import ModelError, unknown
from engine.policies.evidence import Evidence
from engine.policies.pool import Mask, Pool
from engine.policies.stage import Names, StageInfo

SETTING = Names("categories", "One or more categories of the catalogue, with | between them.")


@dataclass(frozen=True)
class Categories:
    """Shows items of the named categories alone (``only``), or of all but them (``without``).

    Attributes:
        value: names of categories with ``|`` between them.
        name: ``only`` or ``without``, as in a policy.
        allowed: which items may be shown, shape (items,); None before ``fitted``.
    """

    value: str
    name: Literal["only", "without"] = "only"
    allowed: Mask | None = field(default=None, compare=False, repr=False)

    reach = 1

    def __post_init__(self) -> None:
        SETTING.check(self.name, self.value)

    @property
    def title(self) -> str:
        """``only Shoes, Hats``."""
        return f"{self.name} {', '.join(_names(self.value))}"

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage with the items of the catalogue that it lets through.

        Raises:
            ModelError: where the catalogue has no such category, or none at all.
        """
        inside = _inside(self.name, self.value, evidence)
        return replace(self, allowed=inside if self.name == "only" else ~inside)

    def arranged(self, pool: Pool, places: int) -> Pool:  # noqa: ARG002 - a rule holds for all of the pool
        """Return the pool without the other items."""
        return pool if self.allowed is None else pool.kept(self.allowed[pool.items])


def _names(value: str) -> list[str]:
    return [name.strip() for name in value.split(SEPARATOR) if name.strip()]


def _inside(stage: str, value: str, evidence: Evidence) -> Mask:
    """Return which items belong to one of the named categories, shape (items,)."""
    if evidence.named is None:
        raise ModelError(
            f"{stage} needs to know the items' categories, and the catalogue names none. Load an item table with a "
            f"column category, or leave {stage} out."
        )
    known = {name.casefold(): code for code, name in enumerate(evidence.named.names)}
    for name in _names(value):
        if name.casefold() not in known:
            raise ModelError(unknown("Category", name, evidence.named.names))
    chosen = np.zeros(len(evidence.named.names))
    chosen[[known[name.casefold()] for name in _names(value)]] = 1
    return np.asarray(evidence.named.shares @ chosen > 0)


INFOS = (
    StageInfo(
        name="only",
        title="Only some categories",
        group="guardrail",
        description="Shows nothing but these categories.",
        setting=SETTING,
        source="Our own choice",
        make=partial(Categories, name="only"),
    ),
    StageInfo(
        name="without",
        title="Without some categories",
        group="guardrail",
        description="Never shows these categories.",
        setting=SETTING,
        source="Our own choice",
        make=partial(Categories, name="without"),
    ),
)
