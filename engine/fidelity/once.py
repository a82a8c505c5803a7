"""How well simulated users fit a log: measured once, and kept for everything simulated from it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from engine.dataset import Dataset
from engine.fidelity.fidelity import fidelity
from engine.fidelity.record import Fidelity
from engine.jobs import folder
from engine.store import home
from engine.world import WorldParameters
from engine.world.policy import Report

_SEED = 0


def measured(dataset: Dataset, report: Report | None = None, params: WorldParameters | None = None) -> Fidelity:
    """Return how alike simulated and held-out weeks of ``dataset`` are, in a world of ``params``."""
    return fidelity(dataset, seed=_SEED, params=params, report=report)


def fidelity_once(dataset: Dataset, report: Report | None = None, params: WorldParameters | None = None) -> Fidelity:
    """Return ``measured``, from disk where this version of the program has measured this log before."""
    request: dict[str, Any] = {"dataset": dataset.fingerprint, "seed": _SEED}
    if params is not None and params != WorldParameters():
        request["params"] = asdict(params)
    key = folder.key_of("engine.fidelity.once:measured", request)
    target = home() / "fidelity" / f"{key}.json"
    try:
        return Fidelity.from_dict(json.loads(target.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):  # not there, or cut off
        pass
    found = measured(dataset, report, params)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.write_whole(target, json.dumps(found.to_dict()).encode())
    return found
