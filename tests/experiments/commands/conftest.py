"""``python -m experiments analyze`` as a test calls it."""

import json

import pytest

from experiments.__main__ import main
from tests.experiments.importing.exports import csv


@pytest.fixture
def analyze(tmp_path, capsys):
    def run(rows, *arguments, code=0):
        file = tmp_path / "export.csv"
        file.write_bytes(rows if isinstance(rows, bytes) else csv(rows))
        assert main(["analyze", str(file), *arguments]) == code
        out = capsys.readouterr()
        if code:
            assert out.out == ""
            assert out.err.count("\n") == 1
            return out.err
        return json.loads(out.out) if "--json" in arguments else out.out

    return run
