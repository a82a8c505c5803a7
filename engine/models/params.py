"""What a model can be told: its parameters, their ranges, and the check that names what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import ModelError, unknown

Value = int | float | bool | str | None
Kind = Literal["int", "float", "choice", "bool"]


@dataclass(frozen=True)
class Param:
    """One parameter of a model.

    Attributes:
        name: what it is called in a request.
        kind: ``int``, ``float``, ``choice`` or ``bool``.
        default: its value when none is given. None means "decided by something else", as ``help`` says;
            such a parameter may also be given as None.
        help: one plain sentence.
        low: lowest allowed number.
        high: highest allowed number.
        choices: the allowed strings of a ``choice``.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    def check(self, model: str, value: object) -> Value:
        """Return ``value`` in this parameter's own type.

        Raises:
            ModelError: naming the model, the parameter, what is expected and what was given.
        """
        if value is None and self.default is None:
            return None
        if self.kind == "bool" and isinstance(value, bool):
            return value
        if self.kind == "choice" and isinstance(value, str) and value in self.choices:
            return value
        if (
            self.kind in ("int", "float")
            and isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and self.low <= value <= self.high
            and (self.kind == "float" or value == int(value))
        ):
            return int(value) if self.kind == "int" else float(value)
        raise ModelError(f"{self.name} of {model} must be {self.expected}; it was {value!r}.")

    @property
    def expected(self) -> str:
        """The allowed values in words."""
        if self.kind == "bool":
            words = "true or false"
        elif self.kind == "choice":
            words = "one of " + ", ".join(self.choices)
        else:
            words = "a whole number" if self.kind == "int" else "a number"
            words += f" from {self.low:g} to {self.high:g}"
        return words + (" or empty" if self.default is None else "")


def complete(model: str, params: Sequence[Param], given: Mapping[str, object]) -> dict[str, Value]:
    """Return every parameter's value: the given ones checked, the others at their defaults.

    Raises:
        ModelError: for a name the model does not have, or a value out of range.
    """
    known = {param.name: param for param in params}
    for name in given:
        if name not in known:
            if not known:
                raise ModelError(f"{model} has no parameters; '{name}' was given. Leave it out.")
            raise ModelError(unknown(f"Parameter of {model}", name, known))
    return {name: param.check(model, given[name]) if name in given else param.default for name, param in known.items()}
