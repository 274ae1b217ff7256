# One entry for people and CI. `make help` prints every target.
# Locks are complete: pip resolves nothing (--no-deps) and takes nothing without its hash.
# Once installed, no step needs the network.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := install --quiet --no-deps --require-hashes
# Folders with Python in them: mypy refuses one without.
CODE = $(shell find src tests scripts demo bench conftest.py -name '*.py' 2>/dev/null | cut -d/ -f1 | sort -u)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-bench install dev test test-models test-torch test-integrations test-all coverage check check-format check-lint check-types \
	check-layers check-deps check-spelling check-licences check-data format dist smoke bench lab \
	lock changelog clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' Makefile

demo: .venv/.demo ## Set up, then measure small models on this machine
	demo/run.sh

demo-bench: .venv-models/.installed ## Set up, then measure and rate small models at tasks
	demo/bench.sh

install: .venv/.installed ## Set up .venv/bin/submeter

dev: .venv/.dev ## Set up everything that tests and checks need

test: .venv/.dev ## Set up, then run the light tests
	$(BIN)/pytest -n auto -m "not slow and not system and not models and not torch and not integrations"

test-models: .venv-models/.installed ## Set up, then run the tests that need real models
	.venv-models/bin/pytest -m models tests/benchmarks/test_models.py tests/benchmarks/test_official_sets.py \
		tests/benchmarks/test_onnx.py tests/benchmarks/test_onnx_models.py \
		tests/benchmarks/test_honest_functions.py tests/benchmarks/test_published.py \
		tests/benchmarks/test_tasks.py tests/benchmarks/test_replay_models.py

test-torch: .venv-torch/.installed ## Set up with PyTorch, then run the tests of the backends on it
	.venv-torch/bin/pytest -m torch tests/benchmarks/test_torch.py

test-integrations: .venv-integrations/.installed ## Set up with PyTorch, then run the tests of notebooks, trainers, trackers
	.venv-integrations/bin/pytest -m integrations tests/integrations

test-all: .venv/.dev .venv/.demo ## Run every test, then build the wheel and use it in a clean venv
	@# Real clocks, processes and compilers get the machine to themselves; 5: no such test yet.
	$(BIN)/pytest --cov --cov-report= -m "slow or system" || [ $$? -eq 5 ]
	$(BIN)/pytest --cov --cov-append -n auto -m "not slow and not system and not models and not torch and not integrations"
	$(MAKE) test-models
	$(MAKE) smoke

PURE := quantities traces workloads attribution estimation accounting ratings
coverage: ## After test-all: fail unless every branch of the pure folders was tested
	$(BIN)/coverage report --fail-under=100 --include="$(subst $() ,$(comma),$(PURE:%=src/submeter/%/*))"

check: check-format check-lint check-types check-layers check-deps check-spelling check-licences check-data ## Run every check below

check-format: .venv/.dev ## Code is formatted
	$(BIN)/ruff format --check $(CODE)

check-lint: .venv/.dev ## Code follows the rules in pyproject.toml
	$(BIN)/ruff check $(CODE)

check-types: .venv/.dev ## Types hold
	$(BIN)/mypy --strict $(CODE)

check-layers: .venv/.dev ## Imports go down the layers of ARCHITECTURE.md
	$(BIN)/lint-imports

check-deps: .venv/.dev ## Every dependency is declared, and used
	$(BIN)/deptry src

check-spelling: .venv/.dev ## Words are spelled right
	$(BIN)/typos

check-licences: .venv/.dev ## Every file has a licence
	$(BIN)/reuse lint

check-data: .venv/.dev ## Data files and the tables in the docs are current
	@if [ -f scripts/check_data.py ]; then $(BIN)/python scripts/check_data.py; fi

format: .venv/.dev ## Format the code, and mend what a tool can
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

dist: .venv/.dev ## Build the sdist, and from it the wheel
	rm -rf dist
	$(BIN)/pyproject-build --no-isolation

smoke: dist .venv-wheel/.installed ## Use the built wheel beside its dependencies alone
	.venv-wheel/bin/pip install --quiet --no-index --no-deps --force-reinstall dist/*.whl
	.venv-wheel/bin/pip check
	@# Away from the checkout and from the user's own records.
	home=$$(mktemp -d) && cd "$$home" && export SUBMETER_HOME="$$home" && \
	$(CURDIR)/.venv-wheel/bin/submeter --version && \
	$(CURDIR)/.venv-wheel/bin/submeter run -- true && \
	rm -r "$$home"

bench: .venv-bench/.installed ## Measure Submeter beside other meters
	.venv-bench/bin/python bench/run.py

lab: .venv-bench/.installed ## Score Submeter and other meters on hardware of known truth
	.venv-bench/bin/python bench/lab.py

lock: .venv/.dev ## Rewrite the locks after a change (UPGRADE=--upgrade: newest releases)
	$(LOCK) pyproject.toml -o requirements/runtime.txt
	$(LOCK) requirements/build.in -o requirements/build.txt
	$(LOCK) requirements/dev.in -c requirements/runtime.txt -c requirements/build.txt -o requirements/dev.txt
	$(LOCK) requirements/demo.in -c requirements/runtime.txt -c requirements/dev.txt -o requirements/demo.txt
	$(LOCK) pyproject.toml requirements/bench.in -o requirements/bench.txt
	$(LOCK) pyproject.toml requirements/models.in -c requirements/runtime.txt -c requirements/dev.txt \
		-o requirements/models.txt
	$(LOCK) --no-deps requirements/files.in -o requirements/files.txt
	$(LOCK) pyproject.toml requirements/torch.in --excludes requirements/torch.exclude \
		-c requirements/runtime.txt -c requirements/dev.txt -o requirements/torch.txt
	$(LOCK) pyproject.toml requirements/integrations.in --excludes requirements/torch.exclude \
		-c requirements/runtime.txt -c requirements/dev.txt -o requirements/integrations.txt

changelog: .venv/.dev ## Show what the fragments in changelog.d will say
	$(BIN)/towncrier build --draft --version next

clean: ## Remove everything that make made
	rm -rf .venv .venv-bench .venv-integrations .venv-models .venv-torch .venv-wheel demo-bench dist .coverage .hypothesis .mypy_cache .pytest_cache \
		.ruff_cache .import_linter_cache

# Runtime packages stay the same in every environment: the other locks are constrained by theirs.
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal \
	--generate-hashes --python-version 3.11 $(UPGRADE)
comma := ,

# Each environment has a stamp, so that a repeated call is quick. pip is what a whole venv has.
%/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Submeter needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv --clear $*

.venv/.installed: pyproject.toml requirements/runtime.txt requirements/build.txt | .venv/bin/pip
	$(BIN)/pip $(INSTALL) -r requirements/runtime.txt -r requirements/build.txt
	$(BIN)/pip install --quiet --no-deps --no-index --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.installed
	$(BIN)/pip $(INSTALL) -r requirements/dev.txt
	@touch $@

.venv/.demo: requirements/demo.txt | .venv/.installed
	$(BIN)/pip $(INSTALL) -r requirements/demo.txt
	@touch $@

.venv-wheel/.installed: requirements/runtime.txt | .venv-wheel/bin/pip
	.venv-wheel/bin/pip $(INSTALL) -r requirements/runtime.txt
	@touch $@

.venv-models/.installed: pyproject.toml requirements/models.txt requirements/files.txt | .venv-models/bin/pip
	.venv-models/bin/pip $(INSTALL) -r requirements/models.txt -r requirements/files.txt
	.venv-models/bin/pip install --quiet --no-deps --no-index --no-build-isolation -e .
	@touch $@

# Not in the lock, see requirements/torch.in. This finds the build for processors where it is at hand;
# else `make TORCH=… test-torch`, with whatever pip is to be told.
TORCH ?= torch==2.13.0
.venv-torch/.installed: pyproject.toml requirements/torch.txt | .venv-torch/bin/pip
	.venv-torch/bin/pip install --quiet --no-deps $(TORCH)
	.venv-torch/bin/pip $(INSTALL) -r requirements/torch.txt
	.venv-torch/bin/pip install --quiet --no-deps --no-index --no-build-isolation -e .
	@touch $@

.venv-integrations/.installed: pyproject.toml requirements/integrations.txt | .venv-integrations/bin/pip
	.venv-integrations/bin/pip install --quiet --no-deps $(TORCH)
	.venv-integrations/bin/pip $(INSTALL) -r requirements/integrations.txt
	.venv-integrations/bin/pip install --quiet --no-deps --no-index --no-build-isolation -e .
	@touch $@

.venv-bench/.installed: pyproject.toml requirements/bench.txt | .venv-bench/bin/pip
	.venv-bench/bin/pip $(INSTALL) -r requirements/bench.txt
	.venv-bench/bin/pip install --quiet --no-deps --no-index --no-build-isolation -e .
	@touch $@
