"""Open a source for everybody: load it, store the dataset, and keep the report of its rows beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd

from engine import store
from engine.dataset import Dataset
from engine.errors import DataError
from engine.loading import load
from engine.loading.load import check_event_weights
from engine.loading.made_up import is_made_up
from engine.loading.records import LoadReport


def keep_upload(content: bytes, name: str) -> Path:
    """Keep an uploaded file under a name made from its content, and return where it lies."""
    safe = re.sub(r"[^\w.-]", "_", Path(name).name)[-80:] or "upload"
    place = store.home() / "uploads" / hashlib.sha256(content).hexdigest()[:16]
    place.mkdir(parents=True, exist_ok=True)
    file = place / safe
    if not file.exists():
        file.write_bytes(content)
    return file


def task(request: Mapping[str, Any], report: Callable[..., None]) -> str:
    """Load ``request`` and return the stored dataset's fingerprint; for the job runner.

    Args:
        request: ``source`` (``sample``, ``synthetic:...`` or a path) and any keyword of `engine.loading.load`.
        report: progress; called with a stage.
    """
    options = dict(request)
    source = options.pop("source")
    if scale := options.get("rating_scale"):
        options["rating_scale"] = tuple(scale)
    report("Making up a world" if is_made_up(source) else "Reading rows")
    loaded = load(source, **options)
    report("Keeping the dataset")
    return keep(loaded.dataset, loaded.report)


def keep(dataset: Dataset, report: LoadReport) -> str:
    """Store ``dataset`` with the report of its rows, and return its fingerprint."""
    fingerprint = store.put(dataset)
    folder = store.home() / "datasets" / fingerprint
    about = asdict(replace(report, refused=pd.DataFrame())) | {"mapping": dict(report.mapping)}
    about.pop("refused")
    report.refused.astype({"column": object, "value": object}).to_parquet(folder / "refused.parquet", index=False)
    (folder / "report.json").write_text(json.dumps(about), encoding="utf-8")
    return fingerprint


def report_of(fingerprint: str) -> LoadReport:
    """Return the report kept with the dataset ``fingerprint``.

    Raises:
        DataError: the dataset was stored without one.
    """
    folder = store.home() / "datasets" / fingerprint
    try:
        about = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        refused = pd.read_parquet(folder / "refused.parquet")
    except FileNotFoundError as error:
        raise DataError(f"No report was kept with dataset {fingerprint}. Load its file again.") from error
    about["sentences"] = tuple(about["sentences"])
    return LoadReport(**about, refused=refused)


def reweigh(dataset: Dataset, event_weights: Mapping[str, float]) -> str:
    """Store ``dataset`` with other event weights and return the new fingerprint.

    Raises:
        DataError: a weight is negative or not a number, or every weight is zero.
    """
    check_event_weights(event_weights)
    if not any(event_weights.values()):
        raise DataError("Every event has weight zero, so nothing is left to learn from. Give one a weight above zero.")
    other = replace(dataset, event_weights=dict(event_weights))
    return keep(other, report_of(dataset.fingerprint))
