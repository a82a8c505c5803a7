"""``python -m engine models``: the registry in print."""

import json

from engine.__main__ import main
from engine.models import MODELS, check_params


def test_json_has_every_model_with_its_parameters(capsys):
    assert main(["models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["models"]
    assert [one["name"] for one in listed] == list(MODELS)
    for one in listed:
        assert one["description"].endswith(".")
        assert one["source"]
        assert {param["name"]: param["default"] for param in one["params"]} == check_params(one["name"], None)
    (k,) = (param for one in listed if one["name"] == "item_knn" for param in one["params"] if param["name"] == "k")
    assert (k["kind"], k["low"], k["high"]) == ("int", 1, 5000)


def test_text_says_when_to_use_each(capsys):
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    for info in MODELS.values():
        assert f"{info.name}  ({info.title}, {info.family})" in out
    assert max(map(len, out.splitlines())) <= 110
    assert "    penalty = 250.0: a number from 0.1 to 100000." in out
