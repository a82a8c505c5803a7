"""``python -m engine recommend``: one user's list, without what they had."""

import json

import pytest

from engine.__main__ import main

LOG = """user,item,time
ann,tea,2025-01-01
ann,milk,2025-01-02
bob,tea,2025-01-03
bob,rice,2025-01-04
cem,rice,2025-01-05
cem,tea,2025-01-06
cem,figs,2025-01-07
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return str(path)


def test_json_lists_the_best_items_the_user_has_not_had(log, capsys):
    assert main(["recommend", log, "--model", "popularity", "--user", "ann", "--k", "5", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    answer = json.loads(out)
    assert [(one["rank"], one["item"]) for one in answer["items"]] == [(1, "rice"), (2, "figs")]
    assert (answer["user"], answer["items_had"]) == ("ann", 2)


def test_a_table_without_json(log, capsys):
    assert main(["recommend", log, "--model", "popularity", "--user", "bob", "--k", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Popularity for user bob, who had 2 of 4 items.")
    assert len(out.splitlines()) == 5


def test_nothing_left_to_recommend(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text("user,item\nann,tea\nann,milk\nbob,tea\n")
    assert main(["recommend", str(path), "--model", "popularity", "--user", "ann"]) == 0
    assert "Nothing is left to recommend." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--model", "popularity", "--user", "anne"], "among 3 users. Did you mean 'ann'?"),
        (["--model", "popularity", "--user", "42"], "Ids look like ann, bob, cem."),
        (["--model", "popular", "--user", "ann"], "Did you mean 'popularity'?"),
        (["--model", "popularity", "--user", "ann", "--k", "-3"], "--k was -3"),
        (["--model", "popularity", "--user", "ann", "--seed", "-3"], "--seed was -3"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(log, capsys, options, sentence):
    assert main(["recommend", log, *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert sentence in err
