"""``python -m engine bubble``: a table and sentences for people, JSON for programs."""

import json

import pytest

from engine.__main__ import main
from engine.discovery.measures import NAMES

ROWS = [(user, (user * step + step) % 23) for user in range(40) for step in (1, 2, 3, 5, 7)]
ASKED = ["--rounds", "2", "--seeds", "2", "--users", "30", "--seed", "3"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("bubble") / "log.csv"
    path.write_text("user_id,item_id\n" + "".join(f"u{user},i{item}\n" for user, item in ROWS))
    return str(path)


def test_json_holds_every_arm_measure_and_group(data, capsys):
    code = main(["bubble", data, "--policies", "popularity,popularity+mmr:0.3,random,oracle,none", *ASKED, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [arm["name"] for arm in found["arms"]] == ["popularity", "popularity+mmr:0.3", "random", "oracle", "none"]
    assert (found["simulated"], found["users"], found["rounds"], len(found["seeds"])) == (True, 30, 2, 2)
    assert [block["last_round"] for block in found["blocks"]] == [1, 2]
    first = found["arms"][0]
    assert first["verdict"] in ("bubble", "none")
    assert first["sentence"].startswith("Popularity: ")
    assert list(first["by_round"]) == list(NAMES)
    assert {group["name"] for group in found["groups"]} == set(first["by_round"]["welfare"])
    assert len(first["by_round"]["welfare"]["minority"]["low"]) == 2
    assert first["by_block"]["diversity"]["against_none"]["everybody"]["value"]
    assert first["by_round"]["category_diversity"]["everybody"]["value"] == [None, None]
    assert found["mitigation"]["reference"]["name"] == "popularity"
    assert "the log has no times" in found["fidelity"]["sentence"]


def test_a_table_and_a_sentence_for_each_policy(data, capsys):
    assert main(["bubble", data, "--policies", "popularity", *ASKED, "--without", "boredom, drift"]) == 0
    shown = capsys.readouterr().out
    assert "2 rounds of 7 days, 30 simulated users in each of 2 draws. Simulated." in shown
    assert "Spread within a user" in shown
    assert "popularity  " in shown
    assert "\nPopularity: " in shown
    assert "\nRandom: " in shown


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["--policies", "populariti"], "populariti"),
        (["--policies", "popularity", "--rounds", "1"], "1 rounds"),
        (["--policies", "popularity", "--seeds", "1"], "1 seeds"),
        (["--policies", "popularity", "--seed", "-1"], "--seed was -1"),
        (["--policies", "popularity", "--retrain-every", "-2"], "--retrain-every was -2"),
        (["--policies", "popularity", "--without", "sleep"], "sleep"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(data, capsys, asked, sentence):
    assert main(["bubble", data, *asked]) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
