# Personalization Lab. `make` alone lists the targets.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
# Modules are compiled when first imported; unless that is kept, each process compiles them anew and starts 3 s later.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test tests lint types layers bench clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.installed  ## create .venv (again only when a requirements file changed)

$(VENV)/.installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make setup PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: setup  ## open the dashboard on http://localhost:8501 (PORT=8502 takes another port)
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: lint types layers tests  ## lint, types, the layer rule, then every test

tests: setup  ## every test, and nothing else
	$(BIN)/python -m pytest

lint: setup  ## ruff: style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup  ## mypy, strict
	$(BIN)/mypy

layers: setup  ## pages -> experiments -> engine, never back
	$(BIN)/lint-imports

bench: setup  ## measure against peers in the same run
	$(BIN)/python -m tests.bench

clean:  ## remove .venv and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
