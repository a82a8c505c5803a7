"""A policy as it is written: ``svd(n_factors=20)+mmr:0.3+cap:3``, a base and the stages after it, in order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import ModelError, unknown
from engine.models import Param
from engine.policies.bases import BASES, base_title, check_base
from engine.policies.stage import Stage, Value, number, written
from engine.policies.stages import STAGES

_EXAMPLE = "Write a policy as svd+mmr:0.3+cap:3: a base, then stages, each with its value."
_BASE = re.compile(r"(?P<name>[^(]+?)\s*(?:\((?P<params>.*)\))?", re.DOTALL)


@dataclass(frozen=True)
class PolicySpec:
    """A policy as data; ``str`` writes it, ``parse`` reads it back.

    Attributes:
        base: a model's name, or ``random``, ``oracle`` or ``none``.
        params: the model's parameters; its defaults where left out.
        stages: what follows, the first first.
    """

    base: str
    params: Mapping[str, object] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()

    def __str__(self) -> str:
        told = ",".join(f"{name}={_plain(value)}" for name, value in self.params.items())
        return "+".join((f"{self.base}({told})" if told else self.base, *self.then))

    @property
    def then(self) -> tuple[str, ...]:
        """The stages as they are written."""
        return tuple(map(written, self.stages))

    @property
    def title(self) -> str:
        """What a reader calls it: ``SVD + MMR 0.3``."""
        return " + ".join((base_title(self.base), *(stage.title for stage in self.stages)))


def parse(spec: str) -> PolicySpec:
    """Return the policy that ``spec`` writes.

    ``base+stage:value+stage``, blanks around a part do not count. A stage's value may be left out for its default.
    What holds one of ``+ : , ( ) "`` stands between double quotes, a quote within doubled:
    ``svd+only:"Health + Beauty"``. A model's parameters stand in brackets: ``svd(n_factors=20, biased=false)``.

    Raises:
        ModelError: where the base, a stage or a parameter is unknown (with the nearest name), or a value cannot be.
    """
    first, *others = _split(spec, "+")
    if not first or not all(others):
        raise ModelError(f"Policy '{spec}' has an empty part. {_EXAMPLE}")
    match = _BASE.fullmatch(first)
    if match is None:
        raise ModelError(f"Policy '{first}' cannot be read. {_EXAMPLE}")
    base = match["name"]
    if base.partition(":")[0] in STAGES:
        raise ModelError(f"Policy '{spec}' begins with a stage. {_EXAMPLE}")
    params = _params(base, match["params"] or "")
    check_base(base, params)
    stages = tuple(map(parse_stage, others))
    if stages and base in BASES and not BASES[base].arranges:
        raise ModelError(
            f"'{spec}' puts stages after '{base}'. Nobody arranges what users come across by themselves; leave "
            f"{', '.join(map(written, stages))} out, or begin with a model."
        )
    return PolicySpec(base, params, stages)


def parse_stage(text: str) -> Stage:
    """Return the stage that ``text`` writes, such as ``mmr:0.3``.

    Raises:
        ModelError: where the stage is unknown, or its value cannot be.
    """
    name, *values = _split(text, ":")
    if name not in STAGES:
        raise ModelError(unknown("Stage", name, STAGES))
    if len(values) > 1:
        raise ModelError(f"Stage '{text}' has {len(values)} values. {_EXAMPLE}")
    info = STAGES[name]
    value: Value = _unquoted(values[0]) if values and values[0] else None
    if isinstance(info.setting, Param) and isinstance(value, str):
        try:
            value = _float(value)
        except ValueError:
            raise ModelError(
                f"{info.setting.name} of {name} must be {info.setting.expected}; it was '{value}'."
            ) from None
    return info.stage(value)


def split_specs(text: str) -> tuple[str, ...]:
    """Return the policies of ``svd,svd+mmr:0.3``; a comma between quotes or brackets does not part them."""
    return tuple(part for part in _split(text, ",") if part)


def _params(model: str, text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for part in filter(None, _split(text, ",")):
        name, sign, value = part.partition("=")
        if not sign:
            raise ModelError(f"'{part}' of {model} is no parameter. Write name=value, such as svd(n_factors=20).")
        found[name.strip()] = _typed(value.strip())
    return found


def _typed(text: str) -> object:
    """Return the truth value, nothing, number or text that ``text`` writes; the model's own check says what fits."""
    words = {"true": True, "false": False, "none": None, "": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        value = _float(text)
    except ValueError:
        return _unquoted(text)
    return int(value) if value == int(value) and "." not in text and "e" not in text.lower() else value


def _float(text: str) -> float:
    """Return the number, or raise ValueError; Python itself would read ``1_000``, and ``0.3_2`` as 0.32."""
    return float(text.replace("_", "?"))


def _plain(value: object) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return number(value) if isinstance(value, int | float) else str(value)


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def _split(text: str, mark: str) -> list[str]:
    """Return the parts of ``text`` between ``mark``s that lie outside quotes and brackets, without outer blanks.

    Raises:
        ModelError: where a quote or a bracket is not closed.
    """
    parts, start, depth, quote = [], 0, 0, False
    for place, sign in enumerate(text):
        quote ^= sign == '"'
        depth += not quote and (sign == "(") - (sign == ")")
        if sign == mark and depth == 0 and not quote:
            parts.append(text[start:place].strip())
            start = place + 1
    if quote or depth:
        raise ModelError(f"Policy '{text}' has a {'quote' if quote else 'bracket'} that is not closed. {_EXAMPLE}")
    return [*parts, text[start:].strip()]
