"""``python -m experiments register``: a plan, its hash, and since when it stands."""

import json

import pytest

from experiments import database
from experiments.__main__ import main
from experiments.plan_file import read_plan

PLAN = """
hypothesis: A green button is pressed more often.
variants: [blue, green]
metrics:
  - {name: pressed, kind: proportion, role: primary}
  - {name: load_ms, kind: quantile, quantile: 0.9, role: guardrail, direction: lower, margin: 0.05}
days: 14
"""


@pytest.fixture
def file(tmp_path):
    written = tmp_path / "plan.yaml"
    written.write_text(PLAN)
    return written


def test_the_first_registration_stands(file, capsys):
    assert main(["register", str(file), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["hash"] == read_plan(file).hash
    assert first["plan"]["variants"] == ["blue", "green"]
    assert database.registered(first["hash"]).plan == read_plan(file)
    assert main(["register", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == first


def test_the_table_tells_the_plan(file, capsys):
    assert main(["register", str(file)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"Plan {read_plan(file).hash} is registered since ")
    assert "green against blue" in told
    assert "Load ms (may lose 5%)" in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "cannot be read"),
        ("", "expected names and values"),
        (PLAN.replace("days: 14", "days: soon"), "'days' of the plan was given as"),
        (PLAN.replace("role: primary", "role: secondary"), "exactly one primary metric"),
    ],
)
def test_what_is_no_plan_is_one_line_and_exit_code_two(file, capsys, text, sentence):
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    assert main(["register", str(file)]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.count("\n") == 1
    assert sentence in out.err
