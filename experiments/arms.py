"""The variants of a simulated experiment: which policy each one's units see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from engine.policies import Policy, make_policy, parse
from engine.policies.stages.discount import Discount


@dataclass(frozen=True)
class Arm:
    """One variant of a simulated experiment: which policy its units see.

    Attributes:
        model: a model's name, ``random``, ``none`` or ``oracle``: where the policy begins.
        params: the model's parameters; its defaults where left out.
        then: what is done to the model's candidates, one stage after the other, such as ``mmr:0.3``.
    """

    model: str
    params: Mapping[str, object] = field(default_factory=dict)
    then: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Plain data brings a list.
        object.__setattr__(self, "then", tuple(self.then))

    @classmethod
    def of(cls, spec: str) -> Self:
        """Return the variant whose policy is written ``svd+mmr:0.3``.

        Raises:
            ModelError: where a part of it is unknown.
        """
        policy = parse(spec)
        return cls(policy.base, policy.params, policy.then)

    @property
    def spec(self) -> str:
        """The policy as it is written: ``svd+mmr:0.3``."""
        return "+".join((self.model, *self.then))

    @property
    def foretold(self) -> bool:
        """Whether it addresses users by what is foretold of them (``engine.people``)."""
        return any(isinstance(stage, Discount) and stage.foretold for stage in parse(self.spec).stages)

    def policy(self, seed: int) -> Policy:
        """Return the policy, not yet trained.

        Raises:
            LabError: where the model, a parameter or a stage is unknown.
        """
        return make_policy(self.spec, self.params, seed)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; without stages it is what it was before there were any, so that keys made of it hold."""
        plain: dict[str, Any] = {"model": self.model, "params": dict(self.params)}
        return plain | {"then": list(self.then)} if self.then else plain
