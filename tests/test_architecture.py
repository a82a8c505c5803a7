"""The shape of the project: what stands at the top, which way imports point, what the code may not hold."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

TOP = {
    "README.md", "app.py", "pages", "engine", "experiments", "sample_data", "tests", "requirements.txt",
    "requirements-embeddings.txt", "requirements-dev.txt", "Makefile", "pyproject.toml", ".streamlit", ".ci",
    ".gitignore", "CHANGELOG.md", "LICENSE",
}  # fmt: skip
SOURCES = [ROOT / "app.py", *(file for part in ("pages", "engine", "experiments", "sample_data")
                              for file in sorted((ROOT / part).rglob("*.py")))]  # fmt: skip


def tracked():
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("this is not a git checkout")
    return listing.stdout.split()


def test_the_top_level_holds_what_the_readme_lists_and_nothing_else():
    assert {path.split("/")[0] for path in tracked()} <= TOP


def test_requirements_are_pinned_exactly():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-embeddings.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line), f"{name}: {line}"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_says_what_it_is_and_holds_one_idea(file):
    text = file.read_text()
    assert text.startswith(('"""', "#!")), "no docstring"
    assert len(text.splitlines()) <= 400, "more than 400 lines: two ideas in one?"
    assert not re.search(r"\b(TODO|FIXME|XXX)\b|NotImplementedError", text)


def test_no_module_is_named_for_no_idea():
    vague = {"utils", "util", "helpers", "helper", "manager", "service", "misc", "common"}
    assert not [file for file in SOURCES if file.stem in vague]


def test_engine_and_experiments_import_without_streamlit_or_statsmodels():
    # The command line must start quickly, and the library must work where no dashboard is installed.
    code = (
        "import sys, engine, experiments, engine.models, engine.loading, experiments.simulate;"
        "print([m for m in ('streamlit', 'statsmodels.stats.api', 'pages') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
