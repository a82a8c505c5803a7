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
    assert (answer["user"], answer["items_had"], answer["served"]) == ("ann", 2, "trained")
    assert [one["reason"] for one in answer["items"]] == ["Chosen by 2 people", "Chosen by 1 person"]
    assert [one["because"] for one in answer["items"]] == [[], []]


def test_a_table_without_json(log, capsys):
    assert main(["recommend", log, "--model", "popularity", "--user", "bob", "--k", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Popularity for user bob, who had 2 of 4 items.")
    assert "Served by the model as it was trained." in out
    assert len(out.splitlines()) == 6
    assert "Chosen by 1 person" in out


@pytest.mark.parametrize(
    ("model", "had", "path", "reason"),
    [
        ("item_knn", "tea", "folded in", "Because you chose tea"),
        ("user_ease", "tea", "folded in", "Because you chose tea, as did"),
        ("normal_predictor", "tea", "popularity", "Popular with everybody: 2 people chose it"),
        ("fusion", "", "popularity", "Popular with everybody: 3 people chose it"),
    ],
)
def test_somebody_who_is_not_in_the_data_is_served_and_told_why(log, capsys, model, had, path, reason):
    assert main(["recommend", log, "--model", model, "--had", had, "--k", "1", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["user"], answer["served"]) == (None, path)
    assert answer["items"][0]["reason"].startswith(reason)
    assert answer["items"][0]["because"] == ([had] if path == "folded in" else [])


def test_what_was_done_is_told_in_the_words_of_the_log(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text("user,item,event\nann,tea,purchase\nann,tea,view\nbob,tea,view\nbob,rice,view\n")
    assert main(["recommend", str(path), "--model", "item_knn", "--user", "ann"]) == 0
    assert "Because you bought tea" in capsys.readouterr().out


def test_nothing_left_to_recommend(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text("user,item\nann,tea\nann,milk\nbob,tea\n")
    assert main(["recommend", str(path), "--model", "popularity", "--user", "ann"]) == 0
    assert "Nothing is left to recommend." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--model", "popularity", "--user", "anne"], "among 3 users. Did you mean 'ann'?"),
        (["--model", "popularity", "--had", "tee"], "'tee' of --had was not found among 4 items. Did you mean 'tea'?"),
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
