# The two commands for newcomers: `make serve` and `make test`. Each does all of its own set-up.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
COMPILED := $(wildcard runtime/lua/*.pxd) $(wildcard $(patsubst %.pxd,%.py,$(wildcard runtime/lua/*.pxd)))

.PHONY: setup serve test test-interpreted lint format bench build clean help

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(VENV)/.tools  ## Make .venv with everything for development, and compile

# What running needs: the package with its dependencies, its hot modules compiled where a C compiler is there.
$(VENV)/.package: pyproject.toml setup.py $(COMPILED)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Error: wippy needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "Error: cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.package
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

serve: $(VENV)/.package  ## Build and serve examples/todo on port 8080 (PORT=... for another)
	$(BIN)/wippy build --dir examples/todo
	$(BIN)/wippy serve --dir examples/todo --bind 127.0.0.1:$(PORT)

test: $(VENV)/.tools  ## Run all tests; those that need a missing service are skipped by name
	$(BIN)/python -m pytest

# The same sources without the compiled modules, from a copy that has none.
test-interpreted: $(VENV)/.tools  ## Run the tests of the language without the compiled modules
	rm -rf build/interpreted && mkdir -p build/interpreted
	tar -c --exclude='*.so' compiler runtime stdlib grammar tests pyproject.toml | tar -x -C build/interpreted
	cd build/interpreted && PYTHONPATH=. ../../$(BIN)/python -m pytest tests/conformance tests/lua_libs tests/json

lint: $(VENV)/.tools  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.tools  ## Bring the sources into the common form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.tools  ## Measure against Lua, Python and bare Falcon in one run; compiling, loading, starting against their bars
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/machine.py
	$(BIN)/python benchmarks/workflows.py
	$(BIN)/python benchmarks/http_load.py

build: $(VENV)/.tools  ## Build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:  ## Remove what can be made again
	rm -rf $(VENV) build dist *.egg-info
	find runtime -name '*.so' -delete
