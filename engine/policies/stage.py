"""What a stage is: one step between what a base policy ranks and what is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models import Param
from engine.policies.evidence import Evidence
from engine.policies.pool import Pool

Value = float | int | str | None
Group = Literal["rerank", "explore", "guardrail", "offer"]


@dataclass(frozen=True)
class Names:
    """A stage's value that names categories of the catalogue.

    Attributes:
        name: what the value is called.
        help: one plain sentence.
    """

    name: str
    help: str

    expected = "one or more categories of the catalogue, such as Shoes or Shoes|Hats"

    def check(self, stage: str, value: object) -> str:
        """Return ``value``, a text.

        Raises:
            ModelError: where it is empty or no text.
        """
        if isinstance(value, str) and value.strip():
            return value
        raise ModelError(f"{stage} needs {self.expected}. Write {stage}:Shoes.")


@dataclass(frozen=True)
class StageInfo:
    """What the reader needs to know of a stage.

    Attributes:
        name: its name in a policy, such as ``mmr`` of ``svd+mmr:0.3``.
        title: its name on a page.
        group: ``rerank`` (puts candidates in another order), ``explore`` (tries what it does not know),
            ``guardrail`` (a rule) or ``offer`` (a price).
        description: what it does and why, one or two plain sentences.
        setting: its value; None where it has none.
        source: the paper it comes from, or what is our own choice.
        make: builds one from a checked value; from nothing where it has none.
    """

    name: str
    title: str
    group: Group
    description: str
    setting: Param | Names | None
    source: str
    make: Callable[..., Stage]

    def stage(self, value: Value = None) -> Stage:
        """Return the stage with ``value``, its default when None.

        Raises:
            ModelError: where the value is out of range, or missing though there is no default.
        """
        if self.setting is None:
            if value is not None:
                raise ModelError(f"{self.name} takes no value; '{value}' was given. Write {self.name} alone.")
            return self.make()
        if value is None and isinstance(self.setting, Param):
            value = self.setting.default
        return self.make(self.setting.check(self.name, value))


class Stage(Protocol):
    """One step between what a base policy ranks and what is shown; a frozen dataclass of its value."""

    @property
    def name(self) -> str:
        """Its name in a policy, such as ``mmr``."""
        ...

    @property
    def value(self) -> Any:
        """Its value; None where it has none."""
        ...

    @property
    def title(self) -> str:
        """What a reader calls it, its value with it."""
        ...

    @property
    def reach(self) -> int:
        """How many candidates it needs for each item it is to choose."""
        ...

    def fitted(self, evidence: Evidence) -> Self:
        """Return the stage that knows the training data; itself where it needs none.

        Raises:
            ModelError: where it cannot work on such data.
        """
        ...

    def arranged(self, pool: Pool, places: int) -> Pool:
        """Return the pool with its first ``places`` as this stage wants them; the other candidates follow."""
        ...


@runtime_checkable
class Standing(Protocol):
    """A rule about items that holds for everybody, always."""

    @property
    def allowed(self) -> NDArray[np.bool_] | None:
        """Which items may be shown at all, shape (items,); None before ``fitted``."""
        ...


def written(stage: Stage) -> str:
    """Return the stage as a policy writes it: ``mmr:0.3``, ``only:"Health + Beauty"``, ``in_stock``."""
    value = stage.value
    if value is None:
        return stage.name
    if isinstance(value, str):
        return f"{stage.name}:{quoted(value)}"
    return f"{stage.name}:{number(value)}"


def number(value: float) -> str:
    """Return a number as it is written, without a needless ``.0``."""
    return str(int(value)) if value == int(value) else repr(float(value))


def quoted(text: str) -> str:
    """Return ``text``, between quotes where it holds what a policy is written with."""
    plain = not re.search(r'[+:,()"]|_\d+$', text) and text == text.strip()  # svd_2 is the second svd
    return text if plain else '"' + text.replace('"', '""') + '"'
