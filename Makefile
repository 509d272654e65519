# Two commands do everything on a fresh machine with Python 3.11 or later and make:
#   make demo   sets up and runs the main job on an example plate
#   make test   sets up and runs the tests
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
DEMO_OUT ?= demo-results

.PHONY: demo test lint check bench fixtures clean

# The stamp depends on pyproject.toml, so a changed dependency is installed on the next call. The package is compiled
# at once, since where Python may not write bytecode every start would compile it again.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "elisa-bdnf needs Python 3.11 or later; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	$(BIN)/python -m compileall -q elisa_bdnf
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/elisa-bdnf demo --out $(DEMO_OUT)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.installed
	$(BIN)/elisa-bdnf check fixtures

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-dev
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

fixtures: $(VENV)/.installed-dev
	$(BIN)/python fixtures/simulate.py

clean:
	rm -rf $(VENV) $(DEMO_OUT) build dist .pytest_cache .mypy_cache .ruff_cache
