"""Policies by name, as a page, a request or the command line gives them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import ModelError, unknown
from engine.models import MODELS, check_params
from engine.policies.model import ModelPolicy
from engine.policies.organic import NonePolicy
from engine.policies.reference import OraclePolicy, RandomPolicy
from engine.world.policy import Policy


def make_policy(name: str, params: Mapping[str, object] | None = None, seed: int = 0) -> Policy:
    """Return the policy called ``name``: ``oracle``, ``random``, ``none``, or any model of the registry.

    Args:
        name: ``random`` draws anew for each session, which no ranking model can.
        params: the model's parameters; ``oracle``, ``random`` and ``none`` have none.
        seed: seed of a model's training or of the draws.

    Raises:
        ModelError: where the name or a parameter is unknown, or a value out of range.
    """
    given = dict(params or {})
    if name in ("oracle", "random", "none"):
        if given:
            raise ModelError(f"The {name} policy takes no parameters. It was given: {', '.join(given)}.")
        return NonePolicy() if name == "none" else OraclePolicy() if name == "oracle" else RandomPolicy(seed)
    if name not in MODELS:
        raise ModelError(unknown("Policy", name, ["oracle", "none", *MODELS]))
    check_params(name, given)
    return ModelPolicy(name, given, seed)
