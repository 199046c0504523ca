# Everything runs in .venv, which is made here from nothing but Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := hermes_fallback tests benchmarks examples tools

.PHONY: help demo test lint types imports generated generate check check-all bench clean

help:  ## Say what there is to make.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.installed  ## Set up a chain on built-in providers, make the primary fail, and watch the conversation go on.
	@$(BIN)/python examples/demo.py

test: .venv/.installed-dev  ## Run the tests.
	@$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

lint: .venv/.installed-dev  ## Check style.
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

types: .venv/.installed-dev  ## Check types.
	@$(BIN)/mypy

imports: .venv/.installed-dev  ## Check that imports go down only.
	@$(BIN)/lint-imports

generated: .venv/.installed-dev  ## Check that generated files are fresh.
	@$(BIN)/python tools/generate_index.py --check
	@$(BIN)/python tools/generate_docs.py --check

generate: .venv/.installed-dev  ## Make the generated files anew.
	@$(BIN)/python tools/generate_index.py
	@$(BIN)/python tools/generate_docs.py

check: test lint types imports generated  ## Everything that must hold before a change lands.

check-all: PYTEST_ARGS += -m ""
check-all: check  ## The same, and every fault of the drill in every mode and every pair of dialects.

bench: .venv/.installed-dev  ## Measure, each figure as a ratio to a reference of the same run.
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

clean:  ## Forget the environment and every cache.
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "error: no $(PYTHON) found; install Python 3.11 or newer, or run: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is older than 3.11; run: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "error: $(PYTHON) cannot make environments; on Debian install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.installed-dev: .venv/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/.installed
