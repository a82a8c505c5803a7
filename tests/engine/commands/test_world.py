"""``python -m engine world``: parameters, fidelity, and one line on bad input."""

import json

import pytest

from engine.__main__ import main

SOURCE = "synthetic:users=120,items=40,weeks=5,rank=4,seed=1"


def test_json_has_parameters_with_their_origin_and_fidelity(capsys):
    assert main(["world", SOURCE, "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert err == ""
    assert (found["users"], found["items"]) == (120, 40)
    named = {each["name"]: each for each in found["parameters"]}
    assert named["taste_weight"]["origin"] == "fitted"
    assert named["purchase_rate"]["origin"] == "fitted"
    assert named["boredom_strength"] == {
        "name": "boredom_strength", "value": 0.5, "unit": "sd of utility", "on": True, "origin": "assumed",
        "source": named["boredom_strength"]["source"],
    }  # fmt: skip
    assert all(each["unit"] and each["source"].endswith(".") for each in found["parameters"])
    assert found["behaviours"]["drift"] is True
    assert len(found["fidelity"]["measures"]) == 9
    assert found["fidelity"]["sentence"]


def test_a_reader_sees_parameters_the_table_and_the_sentence(capsys):
    assert main(["world", SOURCE, "--users", "50"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Made-up world (users=120, items=40, rank=4, weeks=5, seed=1): 50 simulated users of 40")
    for words in ("click_slope", "Fidelity: The simulated users", "Time between sessions (days, median)", "nats per"):
        assert words in out


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["synthetic:people=3"], "Dial 'people' was not found."),
        ([SOURCE, "--seed", "-1"], "--seed was -1"),
        ([SOURCE, "--users", "0"], "0 simulated users were asked for"),
        (["nowhere.csv"], "nowhere.csv"),
    ],
)
def test_bad_input_is_one_line(given, sentence, capsys):
    assert main(["world", *given]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert "Traceback" not in err
