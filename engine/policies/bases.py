"""Where a policy begins: a recommender, or one of the references that no model is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.errors import ModelError, unknown
from engine.models import MODELS, check_params
from engine.policies.model import ModelPolicy
from engine.policies.organic import NonePolicy
from engine.policies.reference import OraclePolicy, RandomPolicy
from engine.world.policy import Policy


@dataclass(frozen=True)
class BaseInfo:
    """What the reader needs to know of a base that is no model.

    Attributes:
        name: its name in a policy.
        title: its name on a page.
        description: one or two plain sentences.
        arranges: whether stages may follow; not where nobody decides what is shown.
        make: builds one from a seed.
    """

    name: str
    title: str
    description: str
    arranges: bool
    make: Callable[[int], Policy]


_BASES = {
    info.name: info
    for info in (
        BaseInfo(
            "none",
            "No recommender",
            "Users come across items by themselves, popular ones more often: what would happen without any of this.",
            False,
            lambda seed: NonePolicy(),  # noqa: ARG005 - its luck is the run's
        ),
        BaseInfo("random", "Random", "Shows anything, drawn anew for each session.", True, RandomPolicy),
        BaseInfo(
            "oracle",
            "Oracle",
            "Knows every simulated user's true taste: how much there is to gain.",
            True,
            lambda seed: OraclePolicy(),  # noqa: ARG005 - it has no luck
        ),
    )
}

BASES: Mapping[str, BaseInfo] = MappingProxyType(_BASES)
"""The bases that are no models of ``engine.models.MODELS``, by name."""


def add_base(info: BaseInfo) -> None:
    """Let policies begin with what ``info`` describes; adding the same again changes nothing."""
    _BASES[info.name] = info


def base_names() -> tuple[str, ...]:
    """Return every name a policy may begin with: the references, then the models."""
    return tuple(dict.fromkeys((*BASES, *MODELS)))


def base_title(name: str) -> str:
    """Return the title of the base called ``name``."""
    return BASES[name].title if name in BASES else str(MODELS[name].title)


def check_base(name: str, params: Mapping[str, object]) -> None:
    """Check that there is such a base and that it takes ``params``.

    Raises:
        ModelError: where the name or a parameter is unknown, or a value out of range.
    """
    if name in BASES:
        if params:
            raise ModelError(f"The {name} policy takes no parameters. It was given: {', '.join(params)}.")
    elif name in MODELS:
        check_params(name, params)
    else:
        raise ModelError(unknown("Policy", name, base_names()))


def make_base(name: str, params: Mapping[str, object], seed: int) -> Policy:
    """Return the base called ``name``, not yet trained; ``check_base`` has let it through."""
    return BASES[name].make(seed) if name in BASES else ModelPolicy(name, params, seed)
