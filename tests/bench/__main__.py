"""``python -m tests.bench [word]``: every comparison of every ``bench_*.py`` here whose title has the word."""

import pkgutil
import sys
from importlib import import_module
from pathlib import Path

from tests.bench.comparison import in_child

ROW = "{:<44} {:>10} {:>10} {:>8} {:>8} {:>9} {:>9}"


def main(word: str = "") -> None:
    """Print one row a comparison, and below it what its sides have to say."""
    print(ROW.format("job", "ours s", "peer s", "ratio", "target", "ours MB", "peer MB"))
    for found in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda module: module.name):
        if not found.name.startswith("bench_"):
            continue
        name = f"tests.bench.{found.name}"
        for job in import_module(name).COMPARISONS:
            if word not in job.title:
                continue
            ours, peer = (in_child(name, side, job.arguments) for side in (job.ours, job.peer))
            target = f"{job.target:g}x" if job.target else ""
            times = peer.seconds / ours.seconds
            ratio = f"{times:.0f}x" if times >= 10 else f"{times:.1f}x"
            seconds = f"{ours.seconds:.2f}", f"{peer.seconds:.2f}"
            memory = f"{ours.peak_mb:.0f}", f"{peer.peak_mb:.0f}"
            print(ROW.format(job.title, *seconds, ratio, target, *memory), flush=True)
            for side, measured in (("ours", ours), ("peer", peer)):
                if measured.note:
                    print(f"    {side}: {measured.note}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
