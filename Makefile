# Everything sets itself up: `make chat` and `make test` work in a fresh clone, and do no work twice.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/
INSTALL := $(RUN)python -m pip install --quiet --disable-pip-version-check
SOURCES := bot tests

.PHONY: chat run test check format evaluate tune bench scaling chaos fuzz picture lock clean

chat: $(VENV)/runtime
	@$(RUN)vigie chat

run: $(VENV)/runtime
	@$(RUN)vigie run

test: $(VENV)/development
	$(RUN)pytest --numprocesses=2 --dist=worksteal

check: $(VENV)/development
	$(RUN)ruff check $(SOURCES)
	$(RUN)ruff format --check $(SOURCES)
	$(RUN)mypy
	$(RUN)vigie check

format: $(VENV)/development
	$(RUN)ruff check --fix $(SOURCES)
	$(RUN)ruff format $(SOURCES)

evaluate: $(VENV)/development
	$(RUN)python -m tests.evaluation

tune: $(VENV)/measure
	$(RUN)python -m tests.evaluation --tune

chaos: $(VENV)/development
	$(RUN)python -m tests.chaos

fuzz: $(VENV)/measure
	$(RUN)python -m tests.fuzz

bench: $(VENV)/measure
	$(RUN)python -m tests.benchmarks

scaling: $(VENV)/measure
	$(RUN)python -m tests.benchmarks --scaling

picture: $(VENV)/development
	$(RUN)python -m tests.pictures

# Versions and hashes, without the address of any registry.
lock: $(VENV)/development
	$(INSTALL) uv
	$(RUN)uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--upgrade --extra postgresql pyproject.toml build-requirements.in --output-file requirements.lock
	$(RUN)uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--upgrade --extra postgresql pyproject.toml build-requirements.in --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(RUN)uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--upgrade --extra postgresql pyproject.toml build-requirements.in --group dev --group measure --constraint requirements-dev.lock --output-file requirements-measure.lock

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Vigie needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes --requirement requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/development: requirements-dev.lock $(VENV)/runtime
	$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

$(VENV)/measure: requirements-measure.lock $(VENV)/development
	$(INSTALL) --require-hashes --requirement requirements-measure.lock
	@touch $@
