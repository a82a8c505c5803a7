"""A comparison of ours with a peer, each side measured in a fresh child process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Measured:
    """What one side reports.

    Attributes:
        seconds: time of the part that is compared; scaled up where only a share was run.
        note: what else the reader must know, for instance the share that was run.
        peak_mb: highest resident memory of the process, filled in by the child.
        parts: seconds of further things, by the names the comparison announces.
        answer: numbers both sides must arrive at.
    """

    seconds: float
    note: str = ""
    peak_mb: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict)
    answer: Sequence[float] = ()


@dataclass(frozen=True)
class Comparison:
    """Ours and a peer doing the same job, or ours within a bound.

    A bench module (``tests/bench/bench_*.py``) holds ``COMPARISONS``, a sequence of these.

    Attributes:
        title: the job.
        ours, peer: names of functions of the bench module; each takes ``arguments`` and returns Measured. No peer
            where nothing else does the job.
        arguments: plain JSON data.
        target: how many times faster ours should be, or None.
        most_mb: megabytes ours should stay below, or None.
        parts: further things that both sides time, one row each below the job's.
    """

    title: str
    ours: str
    peer: str | None
    arguments: Mapping[str, object] = field(default_factory=dict)
    target: float | None = None
    most_mb: float | None = None
    parts: tuple[str, ...] = ()

    def matches(self, word: str) -> bool:
        """Return whether the title or a part has the word."""
        return any(word in text for text in (self.title, *self.parts))


def in_child(module: str, function: str, arguments: Mapping[str, object]) -> Measured:
    """Run one side in a process of its own, so that its peak memory is its own."""
    request = json.dumps([module, function, dict(arguments)])
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.child", request], stdout=subprocess.PIPE, text=True, check=True
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def difference(ours: Measured, peer: Measured) -> float | None:
    """Return how far apart the two answers are at most; None where either side gave none."""
    if not ours.answer or not peer.answer:
        return None
    return max(abs(a - b) for a, b in zip(ours.answer, peer.answer, strict=True))


def as_json(measured: Measured) -> str:
    """One line for the parent."""
    return json.dumps(asdict(measured))
