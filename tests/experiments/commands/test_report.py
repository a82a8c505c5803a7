"""``python -m experiments report``: one file, whole or not at all."""

import json
import os

import pytest

from experiments import database, report
from experiments.__main__ import main
from experiments.restoring import results_from
from experiments.simulate import simulate

KEY = "00000000000000ee"


@pytest.fixture(scope="module", autouse=True)
def kept(shop):
    database.keep(simulate(shop, control="popularity", treatments=["random"], users=100, days=1), KEY)


def test_the_page_and_the_data(tmp_path, capsys):
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    page.write_text("an older report")
    assert main(["report", KEY, "--out", str(page)]) == 0
    assert f"Written to {page}" in capsys.readouterr().out
    assert page.read_text() == report.html(database.result(KEY))
    assert main(["report", KEY, "--out", str(data)]) == 0
    restored = results_from(json.loads(data.read_text()))
    assert restored.to_json() == database.result(KEY).to_json()
    assert sorted(os.listdir(tmp_path)) == ["report.html", "report.json"]


@pytest.mark.parametrize(
    ("key", "out", "sentence"),
    [
        ("00000000000000ef", "report.html", f"Did you mean '{KEY}'?"),
        ("my-result", "report.html", "sixteen hex digits"),
        (KEY, "report.pdf", "ends in neither .html nor .json"),
        (KEY, "folder.html", "is there already and is no file"),
        (KEY, "nowhere/report.html", "does not exist"),
        (KEY, "nul\0.html", "names no file"),
        (KEY, "x" * 300 + ".html", "File name too long"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_written(tmp_path, capsys, monkeypatch, key, out, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    assert main(["report", key, "--out", out]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert sentence in said.err
    assert os.listdir(tmp_path) == ["folder.html"]


def test_a_disk_that_is_full_leaves_the_older_report(tmp_path, capsys, monkeypatch):
    page = tmp_path / "report.html"
    page.write_text("an older report")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert main(["report", KEY, "--out", str(page)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert page.read_text() == "an older report"
    assert os.listdir(tmp_path) == ["report.html"]
