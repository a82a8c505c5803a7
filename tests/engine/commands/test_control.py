"""``python -m engine control`` and ``delete``: decided once, honoured by every command."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from engine import store
from engine.__main__ import main
from engine.loading import load
from tests.engine.commands.test_recommend import LOG


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "lab"))
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return str(path)


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def recommended(log, capsys, user="cem"):
    assert main(["recommend", log, "--model", "item_knn", "--user", user, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return found["served"], [item["item"] for item in found["items"]], found["control"]


def test_what_is_decided_is_said_kept_and_honoured_by_recommend_and_export(log, capsys, tmp_path):
    served, before, _ = recommended(log, capsys)
    assert served == "trained"
    assert before
    assert main(["control", log, "--user", "cem", "--personalisation", "0", "--hide-item", before[0]]) == 0
    assert lines(capsys) == ["User cem: Personalisation is off. Hidden items: 1."]
    served, after, control = recommended(log, capsys)
    assert served == "popularity"
    assert before[0] not in after
    assert control["hidden_items"] == [before[0]]
    out = tmp_path / "recs.parquet"
    assert main(["export", log, "--model", "item_knn", "--out", str(out)]) == 0
    assert lines(capsys)[1] == "1 of them have turned down, reset or hidden something; it is honoured."
    rows = pd.read_parquet(out)
    assert rows.loc[rows["user_id"] == "cem", "item_id"].tolist() == after
    assert main(["recommend", log, "--model", "item_knn", "--user", "cem"]) == 0
    assert "Personalisation is off. Hidden items: 1. Popular with everybody" in capsys.readouterr().out


def test_a_second_decision_adds_to_the_first_until_it_is_cleared(log, capsys):
    assert main(["control", log, "--user", "ann", "--personalisation", "0.5"]) == 0
    assert main(["control", log, "--user", "ann", "--reset", "--json"]) == 0
    kept = json.loads(capsys.readouterr().out.split("\n", 1)[1])["control"]
    assert kept["personalisation"] == 0.5
    assert kept["reset_at"]
    assert recommended(log, capsys, "ann")[0] == "popularity"
    assert main(["control", log, "--user", "ann", "--clear"]) == 0
    assert lines(capsys) == ["User ann: Nothing is turned down, reset or hidden."]
    assert recommended(log, capsys, "ann")[0] == "trained"


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (["--user", "an"], "User 'an' was not found among 3 users. Did you mean 'ann'?"),
        (["--user", "ann", "--personalisation", "2"], "Personalisation was 2; it must be from 0 (off) to 1 (full)"),
        (["--user", "ann", "--hide-item", "salt"], "Item 'salt' was not found among 4 items."),
        (["--user", "ann", "--hide-category", "Tea"], "The items of this data have no categories."),
    ],
)
def test_what_cannot_be_is_one_sentence(log, capsys, wish, sentence):
    assert main(["control", log, *wish]) == 2
    assert sentence in capsys.readouterr().err


def test_delete_says_what_was_removed_and_the_commands_know_them_no_longer(log, capsys):
    store.put(load(log).dataset)
    assert main(["control", log, "--user", "ann", "--personalisation", "0"]) == 0
    capsys.readouterr()
    assert main(["delete", log, "--user", "ann"]) == 0
    said = lines(capsys)
    assert said[0] == "User ann was deleted."
    assert "Stored datasets made anew without them: 1." in said
    assert "Their control was removed." in said
    assert said[-1].startswith("The file the data came from and lists you exported are yours")
    assert main(["recommend", log, "--model", "popularity", "--user", "ann"]) == 2
    assert "User 'ann' was not found among 2 users." in capsys.readouterr().err
    assert main(["delete", log, "--user", "ann", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["datasets"] == {}


def test_the_same_data_under_other_weights_honours_the_same_decision(log, capsys):
    assert main(["control", log, "--user", "cem", "--personalisation", "0"]) == 0
    data = load(log).dataset
    other = replace(data, event_weights=dict.fromkeys(data.event_weights, 3.0))
    from engine.control import controls_of

    assert {data.users["user_id"][code] for code in controls_of(other)} == {"cem"}
