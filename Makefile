# Two commands matter: `make demo` and `make test`. Both install what they need into .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install demo test test-slow test-browser test-ray test-servers audit fuzz faults soak lint format types docs lock bench clean

help:  ## Show the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: .venv/installed  ## Install, run the quickstart study and show its comparison.
	$(BIN)/harness run studies/quickstart.toml

test: .venv/installed-dev lint types  ## Install what tests need; lint, type-check and test (minutes).
	$(BIN)/python -m pytest -n 2 --dist worksteal
	KERAS_BACKEND=jax $(BIN)/python -m pytest -m "jax and not slow" tests/engines/test_jax.py tests/engines/test_jax_own_networks.py

test-slow: .venv/installed-dev  ## The heavier tests, marked slow.
	$(BIN)/python -m pytest -m "slow and not jax and not postgres and not mlflow_server"
	KERAS_BACKEND=jax $(BIN)/python -m pytest -m "slow and jax" tests/engines/test_jax.py tests/engines/test_jax_own_networks.py

test-browser: .venv/installed-dev  ## The tests in a browser, marked browser; needs Chromium.
	$(BIN)/python -m pytest -m browser -rs tests/browser

test-ray: .venv/installed-dev  ## The tests on Ray clusters of several nodes, marked ray (minutes).
	$(BIN)/python -m pytest -m ray -rs tests/launchers/ray tests/test_cluster_page.py tests/test_beyond_one_machine.py

test-servers: .venv/installed-dev  ## The tests with PostgreSQL and an MLflow server, marked postgres and mlflow_server.
	$(BIN)/python -m pytest -m "postgres or mlflow_server" -rs tests/store tests/cli

audit: .venv/installed-dev  ## Ask an advisory service for known faults of what is pinned; needs the network, so it is no part of the gate.
	$(BIN)/uv tool run pip-audit@2.9.0 --strict --require-hashes --disable-pip -r requirements.lock
	$(BIN)/uv tool run pip-audit@2.9.0 --strict --require-hashes --disable-pip -r requirements-dev.lock

FUZZ_EXAMPLES ?= 3000
FUZZ_SECONDS ?= 60

fuzz: .venv/installed-dev  ## Random inputs: FUZZ_EXAMPLES of each of five kinds, FUZZ_SECONDS for each of four readers.
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest tests/fuzz
	for reader in idx gzip pictures study; do \
	  $(BIN)/python -m tests.fuzz.guided $$reader --seconds $(FUZZ_SECONDS) || exit 1; \
	done

faults: .venv/installed-dev  ## End the driver at every write boundary: killed, disk full, disk broken (hours).
	$(BIN)/python -m tests.faults --jobs 2
	$(BIN)/python -m tests.faults --limits

soak: .venv/installed-dev  ## 300 real trainings through one driver: memory, time, descriptors stay level (minutes).
	$(BIN)/python -m tests.faults.soak

lint: .venv/installed-dev  ## Check style.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/installed-dev  ## Put style right.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/installed-dev  ## Check types.
	$(BIN)/mypy

docs: .venv/installed-dev  ## Build docs/ as a site, build/site/index.html, which works from disk.
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -b html -d build/doctrees docs build/site

install: .venv/installed  ## Install into .venv, every package pinned by hash.

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "harness needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make demo PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

lock: .venv/installed-dev  ## Pin the dependencies of pyproject.toml anew.
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra export --extra jax --extra ray --extra postgres --extra energy --extra docs --universal --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --constraints requirements.lock --custom-compile-command "make lock" --quiet \
	  --output-file requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --extra bench --universal --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --constraints requirements.lock --custom-compile-command "make lock" --quiet \
	  --output-file requirements-bench.lock

.venv/installed-bench: .venv/installed-dev requirements-bench.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.lock
	@touch $@

bench: .venv/installed-bench  ## Measure again what docs/performance.md shows; three hours on two cores, run nothing else.
	$(BIN)/python -m benchmarks.cli
	$(BIN)/python -m benchmarks.throughput W1
	$(BIN)/python -m benchmarks.throughput W2
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.cluster
	$(BIN)/python -m benchmarks.validity

clean:  ## Remove .venv and caches; results stay.
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
