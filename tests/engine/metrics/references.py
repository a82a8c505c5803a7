"""The published known answers, kept beside the project; tests that need them skip where they are absent."""

import json
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
ML_100K = SHARED / "data/ml-100k"

needs_ml_100k = pytest.mark.skipif(not ML_100K.is_dir(), reason="MovieLens 100K is not in ../shared/data/ml-100k")


def reference(part: str) -> dict:
    """Return one part of the known answers, or skip."""
    path = SHARED / "references/recommendation.json"
    if not path.is_file():
        pytest.skip("the known answers are not in ../shared/references")
    return json.loads(path.read_text())[part]
