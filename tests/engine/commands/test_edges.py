"""The commands on files at the edge: a table, or one line that says what is wrong; never a traceback."""

import json

import pytest

from engine.__main__ import main

FILES = {
    "one row": "user,item,rating,time\nann,tea,4,2025-01-01\n",
    "one user": "user,item,rating,time\n" + "".join(f"ann,i{n},{1 + n % 5},2025-01-0{n}\n" for n in range(1, 8)),
    "one item": "user,item,rating,time\n" + "".join(f"u{n},tea,{1 + n % 5},2025-01-0{n}\n" for n in range(1, 8)),
    "all equal, one moment": "user,item,rating,time\n"
    + "".join(f"u{n % 4},i{n % 5},3,2025-01-01\n" for n in range(20)),
    "no ratings, no times": "user,item\n" + "".join(f"u{n % 4},i{n % 5}\n" for n in range(20)),
    "no rows": "user,item,rating,time\n",
}


@pytest.fixture(params=FILES)
def edge(request, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(FILES[request.param])
    return str(path)


def answers(capsys, command):
    """Run a command and return what it printed: a result, or one line and exit code 2."""
    code = main(command)
    out, err = capsys.readouterr()
    assert code in (0, 2)
    if code == 2:
        assert out == ""
        assert err.count("\n") == 1
        assert "Traceback" not in err
    return out if code == 0 else ""


def number(text):
    raise AssertionError(f"{text} is no JSON")


@pytest.mark.parametrize("how", ["temporal", "random"])
def test_evaluate(edge, capsys, how):
    models = ["--models", "popularity,item_knn,svd", "--split", how, "--k", "3", "--json"]
    if out := answers(capsys, ["evaluate", edge, *models]):
        assert len(json.loads(out, parse_constant=number)["models"]) == 3


def test_recommend_and_export(edge, capsys, tmp_path):
    for whose in (["--user", "ann"], ["--user", "u1"], ["--had", "tea"], ["--had", ""]):
        if out := answers(capsys, ["recommend", edge, "--model", "als", *whose, "--json"]):
            answer = json.loads(out, parse_constant=number)
            assert all(item["reason"] for item in answer["items"])
            assert answer["served_by"]
    answers(capsys, ["export", edge, "--model", "item_knn", "--out", str(tmp_path / "recs.parquet"), "--reasons"])
