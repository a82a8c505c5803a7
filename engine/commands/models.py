"""``python -m engine models``: every model there is, when to use it, and what it can be told."""

from __future__ import annotations

import argparse
import math
import textwrap
from typing import TYPE_CHECKING, Any

from engine.commands.printing import print_json

if TYPE_CHECKING:
    from engine.models import ModelInfo, Param

_WIDTH = 110


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("models", help="every model there is, and what it can be told")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the registry and return the exit code."""
    from engine.models import MODELS

    if args.json:
        print_json({"models": [_record(info) for info in MODELS.values()]})
    else:
        print("\n\n".join(_paragraph(info) for info in MODELS.values()))
    return 0


def _record(info: ModelInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "title": info.title,
        "family": info.family,
        "description": info.description,
        "when_to_use": info.when_to_use,
        "on_events": info.on_events,
        "predicts_ratings": info.predicts_ratings,
        "source": info.source,
        "params": [
            {
                "name": param.name,
                "kind": param.kind,
                "default": param.default,
                "low": param.low if math.isfinite(param.low) else None,
                "high": param.high if math.isfinite(param.high) else None,
                "choices": list(param.choices),
                "help": param.help,
            }
            for param in info.params
        ],
    }


def _paragraph(info: ModelInfo) -> str:
    text = [_wrapped(f"{info.description} {info.when_to_use}", "  "), _wrapped(f"Source: {info.source}.", "  ")]
    return "\n".join([f"{info.name}  ({info.title}, {info.family})", *text, *map(_line, info.params)])


def _line(param: Param) -> str:
    default = "empty" if param.default is None else str(param.default).lower()
    return _wrapped(f"{param.name} = {default}: {param.expected}. {param.help}", "    ")


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)
