"""How well simulated users fit a log: measured once, and kept for every experiment simulated from it."""

from __future__ import annotations

import json

from engine.dataset import Dataset
from engine.fidelity.record import Fidelity
from engine.jobs import folder
from engine.store import home
from experiments.runs import Report

_SEED = 0


def measured(dataset: Dataset, report: Report | None = None) -> Fidelity:
    """Return how alike simulated and held-out weeks of ``dataset`` are."""
    from engine.fidelity import fidelity

    return fidelity(dataset, seed=_SEED, report=report)


def fidelity_once(dataset: Dataset, report: Report | None = None) -> Fidelity:
    """Return ``measured``, from disk where this version of the program has measured this log before."""
    key = folder.key_of("experiments.fidelity:measured", {"dataset": dataset.fingerprint, "seed": _SEED})
    target = home() / "fidelity" / f"{key}.json"
    try:
        return Fidelity.from_dict(json.loads(target.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):  # not there, or cut off
        pass
    found = measured(dataset, report)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.write_whole(target, json.dumps(found.to_dict()).encode())
    return found
