"""What the README shows works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)


def test_the_python_it_shows_runs():
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\+\d+\.\d% \(\+\d+\.\d% to \+\d+\.\d%\)\n", done.stdout)


def test_the_commands_it_names_exist():
    named = {
        (module, command)
        for block in blocks("sh")
        for module, command in re.findall(r"python -m (engine|experiments) (\w+)", block)
    }
    assert len(named) >= 9
    for module in ("engine", "experiments"):
        told = subprocess.run(
            [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for of, command in named:
            if of == module:
                assert re.search(rf"^    {command}\b", told, flags=re.MULTILINE), command


def test_the_pages_it_names_are_those_of_the_app():
    named = re.findall(r"^\| \*\*(.+?)\*\* \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    titles = re.findall(r'\("pages/\w+\.py", "(.+?)"\)', (ROOT / "app.py").read_text())
    assert named == titles
