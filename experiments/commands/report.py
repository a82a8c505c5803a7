"""``python -m experiments report``: a kept result as one file for people who do not have the dashboard."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.errors import ExperimentError
from engine.whole_file import whole_file

_HTML, _JSON = (".html", ".htm"), (".json",)


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("report", help="a kept result as one file that opens anywhere")
    parser.add_argument(
        "result", metavar="RESULT_ID", help="the id that simulate or analyze printed, or a link ends in"
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE",
        help="where to write: a page (.html) or its data (.json)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the report, say where, and return the exit code.

    Raises:
        LabError: where no such result is kept, or the file cannot be written.
    """
    target = _target(args.out)
    from experiments import database, report

    results = database.result(args.result)
    is_data = target.suffix.lower() in _JSON
    content = (results.to_json() if is_data else report.html(results)).encode("utf-8", "replace")
    with whole_file(target) as part:
        part.write_bytes(content)
    size = f"{len(content) / 1e6:.1f} MB" if len(content) >= 100_000 else f"{len(content) / 1e3:.0f} kB"
    print(f"{results.verdict.title}: {results.plan.hypothesis}\nWritten to {args.out} ({size}).")
    return 0


def _target(out: str) -> Path:
    """Return the file to write, or say at once why it cannot be."""
    try:
        target = Path(out).expanduser().resolve()
        taken, folder = target.exists() and not target.is_file(), target.parent.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        raise ExperimentError(f"'{out}' names no file ({error}). Give a name such as report.html.") from None
    if target.suffix.lower() not in (*_HTML, *_JSON):
        raise ExperimentError(f"'{out}' ends in neither .html nor .json. Give a name such as report.html.")
    if taken:
        raise ExperimentError(f"'{out}' is there already and is no file. Give another name.")
    if not folder:
        raise ExperimentError(f"The folder of '{out}' does not exist. Make it first, or give another name.")
    return target
