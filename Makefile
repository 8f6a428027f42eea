# Two commands for a newcomer: `make demo` and `make test`. Each makes what it needs. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := packages/zelda-env packages/zelda-judges packages/zelda-rm packages/zelda-train workflows
STAMP := $(VENV)/.installed
SCRIPTS := $(wildcard gitops/*.py gitops/*/*/*.py)
SOURCES := $(addsuffix /src,$(PACKAGES))
STORE ?= runs/demo
SEED ?= 7
S3_SERVER := .tools/versitygw
S3_SERVER_MODULE := github.com/versity/versitygw/cmd/versitygw@v1.8.0

# A wheel folder given to pip counts for uv too.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
# One environment for all packages: ./.venv, whatever the shell has activated.
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help demo screenshots acorn-pictures test test-alone cluster-test lint types format fuzz bench learning ladder game game-check images images-test tools clean

help: ## List the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

demo: $(STAMP) ## Play, judge, learn the reward and train again: three epochs on the embedded game
	@exec $(BIN)/zelda-rlaif run --store $(STORE) --epochs 3 --seed $(SEED)

test: $(STAMP) tools ## Run every test
	$(BIN)/python -m pytest --benchmark-skip -rs

test-alone: $(STAMP) ## Install each package alone into an empty environment and run its tests there
	$(BIN)/python tests/alone.py $(PACKAGES)

cluster-test: $(STAMP) tools ## Hold the manifests against schemas, policies, flows and, where KUBECONFIG leads to one, a cluster
	$(BIN)/python -m tests.cluster

lint: $(STAMP) ## Check the style, the types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory types

types: $(STAMP) ## Check the types
	$(BIN)/mypy $(SOURCES) $(SCRIPTS)

format: $(STAMP) ## Mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(STAMP) ## Make the pictures of the README
	$(BIN)/python docs/screenshots.py

acorn-pictures: $(STAMP) ## Draw the maps and take the screenshots of docs/acorn.md
	$(BIN)/python docs/acorn_map.py
	$(BIN)/python docs/acorn_sheet.py

fuzz: $(STAMP) ## Play 100,000 random actions from every kind of situation in the game: some ten minutes
	FUZZ_ACTIONS=100000 $(BIN)/python -m pytest -q -rP packages/zelda-env/tests/test_fuzz.py

bench: $(STAMP) ## Measure the speeds, each against a baseline taken in the same run
	-$(BIN)/zelda-env build-fast
	@if command -v sdcc >/dev/null; then $(MAKE) --no-print-directory game BURN=1; fi
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest tests/benchmarks --benchmark-only --benchmark-quiet -rs --tb=short

learning: $(STAMP) ## Show that PPO learns: five seeds against random play, some four minutes on two cores
	OMP_NUM_THREADS=1 $(BIN)/python packages/zelda-env/examples/learning.py

ladder: $(STAMP) ## Random play and PPO on the milestones of the embedded game, five seeds each: some five minutes on two cores
	OMP_NUM_THREADS=1 $(BIN)/python packages/zelda-env/examples/ladder.py

game: ## Build the embedded game (needs the Debian package sdcc)
	$(MAKE) -C packages/zelda-env/game

game-check: ## Rebuild the embedded game and compare it with the ROM in the package, byte for byte
	$(MAKE) -C packages/zelda-env/game check

images: ## Build the container images with buildah, podman or docker (images/build says which settings it takes)
	images/build

images-test: $(STAMP) ## Start the images' commands under a random uid on a read-only root (podman, docker, or pods by KUBECONFIG)
	ZELDA_IMAGES=1 $(BIN)/python -m pytest tests/images -rs

tools: $(S3_SERVER) ## Get the S3 server that tests use (needs Go; without it those tests are skipped)

$(S3_SERVER):
	@if command -v go >/dev/null; then \
	  echo "Building an S3 server for the tests ($(S3_SERVER_MODULE))"; \
	  GOBIN=$(CURDIR)/.tools go install $(S3_SERVER_MODULE) || echo "It could not be built: the S3 tests will be skipped"; \
	else echo "No Go here: the S3 tests will be skipped"; fi

$(STAMP): constraints.txt $(addsuffix /pyproject.toml,$(PACKAGES))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -r requirements-dev.txt
	@touch $@

clean: ## Remove the environment, the tools and every cache; runs/ stays
	rm -rf $(VENV) .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks packages/zelda-env/game/build
