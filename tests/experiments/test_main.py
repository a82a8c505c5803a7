"""``python -m experiments``: a wrong command line, and the module run as a program."""

import subprocess
import sys

import pytest

from experiments.__main__ import main
from tests.conftest import ROOT


@pytest.mark.parametrize("arguments", [["simulate"], [], ["size", "--baseline", "0.2"]])
def test_a_wrong_command_line_is_one_line_and_exit_code_two(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "experiments", "size", "--metric", "proportion", "--baseline", "2", "--mde", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
