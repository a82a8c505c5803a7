"""Policies by name, as a page, a request or the command line gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.policies.bases import check_base, make_base
from engine.policies.grammar import PolicySpec, parse
from engine.policies.staged import StagedPolicy
from engine.world.policy import Policy


def make_policy(
    spec: str | PolicySpec, params: Mapping[str, object] | None = None, seed: int = 0, *, then: Sequence[str] = ()
) -> Policy:
    """Return the policy that ``spec`` writes, not yet trained.

    Args:
        spec: such as ``oracle``, ``random``, ``none``, ``svd`` or ``svd+mmr:0.3+cap:3``; see ``grammar.parse``.
            ``random`` draws anew for each session, which no ranking model can.
        params: the model's parameters beside those in ``spec``; ``oracle``, ``random`` and ``none`` have none.
        seed: seed of a model's training or of the draws.
        then: stages after those of ``spec``, such as ``("mmr:0.3",)``.

    Raises:
        ModelError: where the name, a parameter or a stage is unknown, or a value out of range.
    """
    read = parse(spec) if isinstance(spec, str) else spec
    if then:
        read = parse("+".join((str(read), *then)))
    given = {**read.params, **(params or {})}
    check_base(read.base, given)
    base = make_base(read.base, given, seed)
    return StagedPolicy(base, read.stages) if read.stages else base
