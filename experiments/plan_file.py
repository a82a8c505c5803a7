"""Plans as files: YAML or JSON that a person writes before the experiment, and reads after it."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import yaml

from engine.errors import ExperimentError
from experiments.metrics import Metric
from experiments.plan import Plan
from experiments.restoring import plan_from

_LARGEST = 1_000_000  # bytes; a plan takes a few thousand
_WIDTH = 100
_HEAD = """\
# The plan of an experiment, written down before anybody looks.
# Its hash is {hash}: it changes with every line below, comments aside.
"""


class _Loader(yaml.SafeLoader):
    """YAML's safe loader, without what a plan has no use for: names given twice, and parts that refer to others."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            # A few lines of them can stand for gigabytes.
            raise ExperimentError("The plan's file refers to a part by '*'; write that part out instead.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        _once([key.value for key, _ in node.value])
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """YAML's safe dumper, with quotes around text that would not read back without them."""


def _represented(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Characters that end a line for YAML, though not for Python, are only escaped within quotes.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_Dumper.add_representer(str, _represented)
# YAML 1.1 takes 1e-3 for text, for it has no point. What is written must know, so that such a text gets its quotes.
for _side in (_Loader, _Dumper):
    _side.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
    )


def read_plan(source: str | Path | bytes) -> Plan:
    """Return the plan a YAML or JSON file holds.

    A metric without a ``numerator`` measures the quantity of its own name; without a ``split`` all variants weigh the
    same.

    Args:
        source: the file's name, or its contents as bytes.

    Raises:
        ExperimentError: where the file cannot be read, a field is missing, unknown, given twice or of another kind, or
            no such plan can be.
    """
    name, content = ("The plan", source) if isinstance(source, bytes) else (f"'{source}'", _contents(Path(source)))
    if len(content) > _LARGEST:
        raise ExperimentError(f"{name} has {len(content):,} bytes; a plan has a few thousand. Choose another file.")
    try:
        data = _parsed(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ExperimentError(f"{name} is not text in UTF-8; expected YAML or JSON.") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ExperimentError(f"{name} is neither YAML nor JSON{_where(error)}.") from None
    return plan_from(_filled(data))


def write_plan(plan: Plan) -> str:
    """Return ``plan`` as YAML, each field under a comment that says what it is; ``read_plan`` gives it back."""
    said = _documented(Plan)
    given = plan.to_dict()
    parts = [_HEAD.format(hash=plan.hash)]
    for name, value in given.items():
        told = _told(value) if name == "metrics" else value
        comment = textwrap.fill(said.get(name, ""), _WIDTH, initial_indent="# ", subsequent_indent="# ")
        parts.append(f"{comment}\n{_yaml({name: told})}")
    return "\n".join(parts)


def _contents(file: Path) -> bytes:
    try:
        return file.expanduser().read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ExperimentError(f"'{file}' cannot be read: {reason}. Give the name of a plan's file.") from None


def _parsed(text: str) -> Any:
    if text.lstrip().startswith("{"):
        # JSON is nearly YAML, but for tabs and for characters written in two halves.
        with suppress(json.JSONDecodeError):
            return json.loads(text, object_pairs_hook=_distinct)
    return yaml.load(text, _Loader)  # noqa: S506  # a SafeLoader


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _once([name for name, _ in pairs])
    return dict(pairs)


def _once(names: list[Any]) -> None:
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise ExperimentError(f"The plan's file gives '{twice}' twice; keep one of them.")


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f": line {mark.line + 1}, column {mark.column + 1}, {getattr(error, 'problem', '')}"


def _filled(data: Any) -> Any:
    """Put in what a person may leave out."""
    if not isinstance(data, Mapping):
        return data
    filled = {str(name): part for name, part in data.items()}
    if isinstance(filled.get("metrics"), list):
        filled["metrics"] = [
            {"numerator": metric["name"], **metric} if isinstance(metric, Mapping) and "name" in metric else metric
            for metric in filled["metrics"]
        ]
    if "split" not in filled and isinstance(filled.get("variants"), list):
        filled["split"] = [1.0] * len(filled["variants"])
    return filled


def _told(metrics: tuple[Mapping[str, Any], ...]) -> list[dict[str, Any]]:
    """Return metrics with only what differs from the default."""
    default = {field.name: field.default for field in fields(Metric)}
    return [
        {name: value for name, value in metric.items() if default[name] is MISSING or value != default[name]}
        for metric in metrics
    ]


def _documented(kind: type) -> dict[str, str]:
    """Return what the ``Attributes`` of a class's docstring say of each, in plain words."""
    text = inspect.getdoc(kind) or ""
    listed = text.partition("Attributes:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^    (\w+): (.*(?:\n     .*)*)", listed, flags=re.MULTILINE)
    return {name: _sentence(words) for name, words in found}


def _sentence(words: str) -> str:
    said = " ".join(words.replace("``", "'").replace("None", "null").split())
    return said[:1].upper() + said[1:]


def _yaml(value: Any) -> str:
    plain = json.loads(json.dumps(value))  # tuples as lists
    return yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
