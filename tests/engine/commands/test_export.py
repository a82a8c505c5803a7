"""``python -m engine export``: every user's list, whole or not at all."""

import json

import pandas as pd
import pyarrow.parquet
import pytest

from engine.__main__ import main
from tests.engine.commands.test_recommend import LOG


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return str(path)


def test_every_user_has_the_list_that_recommend_shows(log, tmp_path, capsys):
    out = tmp_path / "recs.parquet"
    assert main(["export", log, "--model", "popularity", "--k", "2", "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"5 rows for 3 users by Popularity in {out}.\n"
    rows = pd.read_parquet(out)
    assert rows.columns.tolist() == ["user_id", "rank", "item_id", "score", "served"]
    assert set(rows["served"]) == {"trained"}
    lists = rows.groupby("user_id")["item_id"].agg(list).to_dict()
    assert lists == {"ann": ["rice", "figs"], "bob": ["figs", "milk"], "cem": ["milk"]}
    assert rows["rank"].tolist() == [1, 2, 1, 2, 1]
    assert rows["score"].tolist() == [2.0, 1.0, 1.0, 1.0, 1.0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "recs.parquet"]


def test_reasons_are_written_where_asked_for(log, tmp_path, capsys):
    out = tmp_path / "recs.parquet"
    assert main(["export", log, "--model", "item_knn", "--k", "2", "--out", str(out), "--reasons"]) == 0
    rows = pd.read_parquet(out)
    ann = rows[rows["user_id"] == "ann"].iloc[0]
    assert main(["recommend", log, "--model", "item_knn", "--user", "ann", "--k", "1", "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out.split("\n", 1)[1])["items"]
    assert (ann["item_id"], ann["reason"]) == (shown["item"], shown["reason"]) == ("rice", "Because you chose tea")
    assert list(ann["because"]) == shown["because"] == ["tea"]


def test_a_file_named_csv_is_one(log, tmp_path, capsys):
    out = tmp_path / "recs.CSV"
    assert main(["export", log, "--model", "item_knn", "--k", "2", "--out", str(out), "--reasons"]) == 0
    first = pd.read_csv(out, dtype=str).iloc[0]
    assert (first["user_id"], first["item_id"], first["because"]) == ("ann", "rice", "tea")


def test_a_title_over_two_lines_stays_in_its_row(log, tmp_path, capsys):
    titles = tmp_path / "items.csv"
    titles.write_text('item_id,title\nrice,"brown\nrice"\n')
    assert main(["recommend", log, "--model", "popularity", "--user", "ann", "--item-table", str(titles)]) == 0
    assert "rice  brown rice" in capsys.readouterr().out


def test_what_fails_half_way_leaves_the_old_file(log, tmp_path, monkeypatch, capsys):
    out = tmp_path / "recs.parquet"
    out.write_text("old")

    def full(table, where):
        where.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyarrow.parquet, "write_table", full)
    assert main(["export", log, "--model", "popularity", "--out", str(out)]) == 2
    assert "No space left on device. Choose another place." in capsys.readouterr().err
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "recs.parquet"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--model", "eas", "--out", "x.parquet"], "Did you mean 'ease'?"),
        (["--model", "ease", "--k", "0", "--out", "x.parquet"], "--k was 0"),
        (["--model", "ease", "--seed", "-1", "--out", "x.parquet"], "--seed was -1"),
        (["--model", "ease", "--out", "/no/such/folder/x.parquet"], "a file in a folder that exists"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(log, capsys, options, sentence):
    assert main(["export", log, *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1
