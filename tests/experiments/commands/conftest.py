"""``python -m experiments`` as a test calls it."""

import json

import pytest

from experiments.__main__ import main
from tests.experiments.importing.exports import csv


@pytest.fixture
def command(capsys):
    """Run a command; return its JSON or its text, or the one line of an error where ``code`` is one."""

    def run(*arguments, code=0):
        assert main([*map(str, arguments)]) == code
        out = capsys.readouterr()
        if code:
            assert out.out == ""
            assert out.err.count("\n") == 1
            return out.err
        return json.loads(out.out) if "--json" in arguments else out.out

    return run


@pytest.fixture
def analyze(tmp_path, command):
    """Analyse rows as a file."""

    def run(rows, *arguments, code=0):
        file = tmp_path / "export.csv"
        file.write_bytes(rows if isinstance(rows, bytes) else csv(rows))
        return command("analyze", file, *arguments, code=code)

    return run


@pytest.fixture
def small_file(tmp_path, shop):
    """The small shop's log as a file."""
    rows = shop.interactions
    log = tmp_path / "log.csv"
    rows.assign(
        user=shop.users["user_id"].to_numpy()[rows["user"]], item=shop.items["item_id"].to_numpy()[rows["item"]]
    )[["user", "item", "time", "event"]].to_csv(log, index=False)
    return log
