# Everything that is installed lands in .venv; `make clean` removes it and what tests leave behind.
# Stamps (.venv/.package, .venv/.dev, .venv/.debian) make each set-up step run once, and again when its input changes.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

SCHEMA = from sflowc.schema import workflow_schema_text as text; print(text(), end="")
PROMISES = PYTHONPATH=tests:tests/run:tests/slurm python -m faults.page
MAN_PAGE = from sflowc.cli.man_page import man_page; print(man_page(), end="")
SHELL_FILES = .ci/run $(shell find tests bench -name '*.sh')
# What one unit alone cannot show: who reads a variable (SC2034), who sets it (SC2153), that it is an associative array
# (SC2004). Emitted scripts, which hold units and data together, are checked without exceptions in tests/unit/test_golden.py.
ACROSS_UNITS := --exclude=SC2034,SC2153,SC2004
BATS_FILES = $(wildcard tests/runtime/*.bats)
JOBS ?= $(shell nproc)

.DELETE_ON_ERROR:
.PHONY: help setup demo test coverage check schema docs site tables golden dynamo bench bench-check soak slurm-up slurm-down clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(VENV)/.dev ## a virtual environment with everything; as root on Debian also the packages that tests use

demo: $(VENV)/.package ## build and run samples/services.yaml: plan, run, results
	@rm -rf build/demo
	sflowc plan samples/services.yaml
	sflowc build samples/services.yaml -o build/demo/services.sh
	bash build/demo/services.sh --output-dir build/demo/runs
	cat build/demo/runs/*/client/client.log
	ls build/demo/runs/*

test: coverage ## all tests
	pytest -n $(JOBS) --dist loadfile --ignore=tests/slurm --ignore=tests/unit --ignore=tests/conformance tests
	if [ -d tests/slurm ]; then pytest tests/slurm; fi
	if [ -n "$(BATS_FILES)" ]; then bats $(BATS_FILES); fi

coverage: $(VENV)/.dev ## tests of the compiler alone, and how much of it they reach: 95 of 100 branches at least
	pytest -n $(JOBS) --dist loadfile --cov --cov-report=term tests/unit tests/conformance

check: $(VENV)/.dev ## style, types, layers, shell scripts, generated files
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-logo
	shellcheck --severity=style $(ACROSS_UNITS) runtime_sh/*.sh
	shellcheck --severity=style --external-sources $(SHELL_FILES)
	shfmt -d runtime_sh/*.sh $(SHELL_FILES) $(BATS_FILES)
	python -c '$(SCHEMA)' | diff -u schemas/workflow.schema.json -
	sflowc explain --format markdown | diff -u docs/diagnostics.md -
	sflowc schema --format markdown | diff -u docs/language.md -
	python -c '$(MAN_PAGE)' | diff -u man/sflowc.1 -
	$(PROMISES) | diff -u docs/promises.md -
	NO_MKDOCS_2_WARNING=1 mkdocs build --quiet

schema: $(VENV)/.dev ## write schemas/workflow.schema.json anew, after a change of a probe, an operator or the language
	python -c '$(SCHEMA)' >$(VENV)/schema.json
	mv $(VENV)/schema.json schemas/workflow.schema.json

docs: $(VENV)/.dev schema ## write what is generated in docs/ and man/ anew, after a change of the catalogue, the schema, a command or a fault
	sflowc explain --format markdown >$(VENV)/diagnostics.md
	mv $(VENV)/diagnostics.md docs/diagnostics.md
	sflowc schema --format markdown >docs/language.md
	python -c '$(MAN_PAGE)' >$(VENV)/sflowc.1
	mv $(VENV)/sflowc.1 man/sflowc.1
	$(PROMISES) >$(VENV)/promises.md
	mv $(VENV)/promises.md docs/promises.md

site: $(VENV)/.dev ## the manual as a site, in build/site
	NO_MKDOCS_2_WARNING=1 mkdocs build

tables: $(VENV)/.dev ## write the parsing tables anew, after a change of a grammar (*.lark)
	python -m sflowc.expr.build_table

golden: $(VENV)/.dev ## write golden/ anew; read the difference before you commit it
	pytest -k is_golden tests/unit/test_golden.py tests/unit/test_inference.py --snapshot-update --allow-snapshot-deletion >/dev/null || true
	pytest -k is_told tests/unit/test_errors.py --snapshot-update >/dev/null || true
	pytest -q tests/unit/test_golden.py tests/unit/test_inference.py tests/unit/test_errors.py

dynamo: $(VENV)/.package ## NVIDIA Dynamo from PyPI into build/dynamo, for the tests of samples/dynamo_mocker: 350 MB
	sflowc build samples/dynamo_mocker/base.yaml -M agg -M prefill -M decode -o build/dynamo.sh
	bash build/dynamo.sh run --task install --output-dir build/dynamo.runs

bench: $(VENV)/.dev ## what scripts and compilations cost, each against a baseline: writes bench/RESULTS.md
	python bench/bench.py --write

bench-check: $(VENV)/.dev ## whether what is quick to measure is worse than recorded, beyond noise
	python bench/bench.py --check --runs 3

MINUTES ?= 60
soak: $(VENV)/.dev ## run workflows for an hour (MINUTES=) and disturb them at random; say what was wrong
	PYTHONPATH=tests:tests/run python -m faults.soak --minutes $(MINUTES)

slurm-up: $(VENV)/.dev ## a real Slurm cluster of four nodes on this machine (root)
	bash tests/slurm/cluster/up.sh

slurm-down: ## takes that cluster down
	bash tests/slurm/cluster/down.sh

clean: ## removes everything that git does not know
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf .coverage .coverage.* sflow_output samples/sflow_output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- Set-up ----------------------------------------------------------------------------------------------------------

$(BIN)/python:
	if ! $(PYTHON) -m venv $(VENV) && [ "$$(id -u)" = 0 ] && command -v apt-get; then \
	  apt-get update -q && apt-get install -qy --no-install-recommends python3-venv && $(PYTHON) -m venv --clear $(VENV); \
	fi
	$@ -m pip --version

$(VENV)/.package: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q -e .
	touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.debian | $(BIN)/python
	$(BIN)/python -m pip install -q -e '.[dev,lint]'
	touch $@ $(VENV)/.package

$(VENV)/.debian: $(wildcard tests/install-debian.sh) | $(BIN)/python
	if [ -z "$^" ] || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	  echo "not root on Debian: tests that need Slurm, etcd, nginx and the like will be skipped"; \
	else \
	  bash $^; \
	fi
	touch $@
