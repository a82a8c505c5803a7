"""Every use by name, in the order a reader is offered them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.errors import ExperimentError, unknown
from engine.uses.onboarding import ONBOARDING
from engine.uses.promotions import PROMOTIONS
from engine.uses.rows import ROWS
from engine.uses.search import SEARCH
from engine.uses.skill import SKILL
from engine.uses.use import Use

USES: Mapping[str, Use] = MappingProxyType({use.name: use for use in (ROWS, SEARCH, PROMOTIONS, SKILL, ONBOARDING)})


def find_use(name: str) -> Use:
    """Return the use called ``name``.

    Raises:
        ExperimentError: where there is none.
    """
    if name not in USES:
        raise ExperimentError(unknown("Use", name, USES))
    return USES[name]
