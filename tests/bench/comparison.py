"""A comparison of ours with a peer, each side measured in a fresh child process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Measured:
    """What one side reports.

    Attributes:
        seconds: time of the part that is compared; scaled up where only a share was run.
        note: what else the reader must know, for instance the share that was run.
        peak_mb: highest resident memory of the process, filled in by the child.
    """

    seconds: float
    note: str = ""
    peak_mb: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """Ours and a peer doing the same job.

    A bench module (``tests/bench/bench_*.py``) holds ``COMPARISONS``, a sequence of these.

    Attributes:
        title: the job.
        ours, peer: names of functions of the bench module; each takes ``arguments`` and returns Measured.
        arguments: plain JSON data.
        target: how many times faster ours should be, or None.
    """

    title: str
    ours: str
    peer: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    target: float | None = None


def in_child(module: str, function: str, arguments: Mapping[str, object]) -> Measured:
    """Run one side in a process of its own, so that its peak memory is its own."""
    request = json.dumps([module, function, dict(arguments)])
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.child", request], stdout=subprocess.PIPE, text=True, check=True
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def as_json(measured: Measured) -> str:
    """One line for the parent."""
    return json.dumps(asdict(measured))
