"""``python -m tests.bench [word]``: every comparison of a ``bench_*.py`` here that has the word in a title or part."""

import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tests.bench.comparison import Comparison, Measured, difference, in_child

ROW = "{:<54} {:>9} {:>9} {:>7} {:>8} {:>8} {:>8}"
SAME = 1e-6  # answers further apart than this are not the same


def main(word: str = "") -> int:
    """Print one row a comparison, and below it its parts and what its sides have to say.

    Returns:
        How many comparisons were between sides that did not arrive at the same answer.
    """
    print(ROW.format("job", "ours s", "peer s", "ratio", "target", "ours MB", "peer MB"), flush=True)
    return sum(_compare(name, job) for name, job in _jobs() if job.matches(word))


def _jobs() -> Iterator[tuple[str, Comparison]]:
    for found in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda module: module.name):
        if found.name.startswith("bench_"):
            name = f"tests.bench.{found.name}"
            yield from ((name, job) for job in import_module(name).COMPARISONS)


def _compare(name: str, job: Comparison) -> bool:
    """Measure and print one job; return whether the answers differ."""
    ours = in_child(name, job.ours, job.arguments)
    peer = in_child(name, job.peer, job.arguments) if job.peer else None
    target = f"{job.target:g}x" if job.target else f"{job.most_mb:.0f} MB" if job.most_mb else ""
    memory = f"{ours.peak_mb:.0f}", f"{peer.peak_mb:.0f}" if peer else ""
    print(ROW.format(job.title, *_times(ours.seconds, peer.seconds if peer else None), target, *memory), flush=True)
    for part in job.parts:
        if part in ours.parts:
            times = _times(ours.parts[part], peer.parts.get(part) if peer else None)
            print(ROW.format(f"  {part}", *times, "", "", "").rstrip(), flush=True)
    for side, measured in (("ours", ours), ("peer", peer)):
        if measured is not None and measured.note:
            print(f"    {side}: {measured.note}", flush=True)
    return peer is not None and _differ(ours, peer)


def _differ(ours: Measured, peer: Measured) -> bool:
    apart = difference(ours, peer)
    if apart is None:
        return False
    verdict = "the same answers" if apart <= SAME else "DIFFERENT ANSWERS"
    print(f"    both: {verdict}, at most {apart:.0e} apart", flush=True)
    return apart > SAME


def _times(ours: float, peer: float | None) -> tuple[str, str, str]:
    """Return both times and how many times faster ours is, as text."""
    if peer is None:
        return _seconds(ours), "", ""
    times = peer / ours
    return _seconds(ours), _seconds(peer), f"{times:.0f}x" if times >= 10 else f"{times:.1f}x"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2g}"


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:2]), 1))
