# Every target sets up what it needs first; `make help` lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3 2>/dev/null))
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-zA-Z0-9_-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(STAMP) ## Make the virtual environment .venv (about 600 MB of packages)

$(STAMP): requirements/dev.txt crds/pyproject.toml operator/pyproject.toml inference_image/pyproject.toml api/pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python 3.11, 3.12 or 3.13 is needed, {sys.executable} is {v[0]}.{v[1]}; name one with make PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e crds -e operator -e inference_image -e api
	touch $@

.PHONY: format
format: venv ## Sort imports and mend what ruff can
	ruff check --fix-only --quiet .

.PHONY: lint
lint: venv ## Lint, types, import boundaries
	ruff check .
	mypy crds/src operator/src inference_image/src api/src
	lint-imports --no-cache

.PHONY: generate
generate: venv ## Regenerate CRDs, chart copies, API and reason docs from the models
	python -m voxpod_crds.generate

.PHONY: requirements
requirements: venv ## Resolve the hashed requirement files anew from the pyproject files
	python requirements/resolve_dev.py
	python3 images requirements

.PHONY: verify
verify: venv ## Fail if something generated is not up to date
	python -m voxpod_crds.generate --check
	python3 images requirements --check
