"""``python -m engine profile``: the promised figures, a table, and one line on bad input."""

import json
import subprocess
import sys

import pytest

from engine.__main__ import main
from engine.loading import load
from engine.world.synthetic import Dials, synthetic_log
from tests.conftest import ROOT


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("who,what,stars,at\na,x,5,2024-01-01\na,y,4,2024-01-03\nb,x,bad,2024-01-02\n,x,1,2024-01-02\n")
    return str(path)


def test_json_has_what_the_readme_promises(log, capsys):
    assert main(["profile", log, "--map", "user=who,item=what,rating=stars,time=at", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert err == ""
    assert (found["rows_read"], found["rows_kept"], found["rows_refused"]) == (4, 2, 2)
    assert (found["users"], found["items"], found["density"]) == (1, 2, 1.0)
    assert (found["first"], found["last"]) == ("2024-01-01T00:00:00", "2024-01-03T00:00:00")
    assert found["refused"] == {"rating is not a number": 1, "user id is missing": 1}
    assert len(found["fingerprint"]) == 16


def test_the_table_lines_up(log, capsys):
    assert main(["profile", log]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "rows_refused              2" in lines
    assert "  user id is missing      1" in lines
    assert {line[24:26] for line in lines} == {"  "}


def test_the_options_reach_the_loader(log, capsys):
    options = [
        "--map",
        "rating=stars,time=",
        "--feedback",
        "implicit",
        "--weights",
        "rating=2",
        "--rating-scale",
        "0,5",
    ]
    assert main(["profile", log, *options, "--drop-duplicates", "--include-withheld", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["feedback"] == "implicit"
    assert found["event_weights"] == {"rating": 2.0}
    assert found["rating_scale"] == [0.0, 5.0]
    assert found["first"] is None
    assert "time" not in found["mapping"]


def test_side_tables_and_consent(log, tmp_path, capsys):
    (tmp_path / "users.csv").write_text("user_id,consent\na,false\nc,true\n")
    (tmp_path / "items.csv").write_text("item_id,title\nz,Zebra\n")
    log_with_b = tmp_path / "two.csv"
    log_with_b.write_text("user,item\na,x\nb,x\n")
    tables = ["--user-table", str(tmp_path / "users.csv"), "--item-table", str(tmp_path / "items.csv")]
    main(["profile", str(log_with_b), *tables, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["users"], found["items"], found["withheld_users"], found["rows_kept"]) == (2, 2, 1, 1)
    main(["profile", str(log_with_b), *tables, "--include-withheld", "--json"])
    assert json.loads(capsys.readouterr().out)["withheld_users"] == 0


def test_a_made_up_world_is_data_like_any_other(capsys):
    made_up = "synthetic:users=60,items=40,weeks=3"
    assert main(["profile", made_up, "--weights", "purchase=9", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["name"] == "Made-up world (users=60, items=40, weeks=3)"
    assert found["source"].endswith("made up from dials; nothing in it was measured")
    assert (found["users"], found["items"], found["rows_refused"], found["feedback"]) == (60, 40, 0, "implicit")
    assert found["rows_kept"] == found["rows_read"] > 60
    assert found["event_weights"] == {"add_to_cart": 3.0, "purchase": 9.0, "view": 1.0}
    assert load(made_up).dataset.fingerprint == synthetic_log(Dials(users=60, items=40, weeks=3)).fingerprint


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["profile", "nowhere.csv"], "File 'nowhere.csv' was not found."),
        (["profile", "sample", "--map", "user=usr_id"], "Did you mean 'user_id'?"),
        (["profile", "sample", "--map", "usr=user_id"], "Did you mean 'user'?"),
        (["profile", "sample", "--map", "user"], "'user' has no '='"),
        (["profile", "sample", "--weights", "view=many"], "'many' is not a number"),
        (["profile", "sample", "--weights", "vew=1"], "Did you mean 'view'?"),
        (["profile", "sample", "--weights", "view=-1"], "Expected a number of 0 or more"),
        (["profile", "sample", "--rating-scale", "5"], "expected two numbers such as 1,5"),
        (["profile", "sample", "--rating-scale", "5,1"], "does not rise"),
        (["profile", "sample", "--feedback", "loud"], "invalid choice: 'loud'"),
        (["profile", "synthetic:user=60"], "Did you mean 'users'?"),
        (["profile", "synthetic:users=1"], "The dial users was 1. It lies between 2 and 1,000,000."),
        (["profile"], "the following arguments are required: DATA"),
        ([], "the following arguments are required: COMMAND"),
        (["profil", "sample"], "invalid choice: 'profil'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, sentence, capsys):
    try:
        code = main(arguments)
    except SystemExit as leaving:
        code = leaving.code
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert sentence in err


def test_the_module_runs_as_a_program():
    command = [sys.executable, "-m", "engine", "profile", "sample", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["rows_refused"] == 2195
