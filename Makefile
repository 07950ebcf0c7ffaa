# Helhed: every task of the project. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' hub/__init__.py)
ENGINE ?= podman
BUILD ?= $(if $(findstring podman,$(ENGINE)),--format docker)
ASSETS := hub/web/static/vendor/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-distributed day test truth years story acceptance check format policy-table lock package image bench bench-compare chaos drill attack advisories screenshots clean

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

setup: $(READY) $(ASSETS) ## Set up the environment and the page assets (done by the others when needed)

$(READY): requirements/dev.txt pyproject.toml deploy/bootstrap.py
	@$(PYTHON) deploy/bootstrap.py
	@touch $(READY)

$(ASSETS): hub/web/package.json hub/web/package-lock.json hub/web/assets.py | $(READY)
	@$(BIN)/python -m hub.web.assets
	@touch $(ASSETS)

demo: setup ## Set everything up and show a made-up municipality (DATE=2025-05-20 CITIZENS=2000 PORT=8080)
	@$(BIN)/python -m deploy.demo $(if $(DATE),--date $(DATE)) $(if $(CITIZENS),--citizens $(CITIZENS)) $(if $(PORT),--port $(PORT))

demo-distributed: setup ## The same on Kafka and OpenSearch, with two workers and two web servers (DATE CITIZENS PORT as above)
	@$(BIN)/python -m deploy.demo_distributed $(if $(DATE),--date $(DATE)) $(if $(CITIZENS),--citizens $(CITIZENS)) $(if $(PORT),--port $(PORT))

day: ## Another day in a demo that runs (DATE=2024-05-20; SECONDS=60 goes there a week at a time; PORT=8080)
	@$(BIN)/python -m deploy.sandbox.clock $(DATE) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(PORT),--port $(PORT))

test: setup ## Set everything up and run all tests (ARGS="-k matching" for some)
	@$(BIN)/python deploy/browser.py
	@$(BIN)/python -m deploy.sandbox.services -- $(BIN)/python -m pytest -n 3 --dist loadgroup $(ARGS)

truth: setup ## Compare every sentence on pages with the made-up municipality, at four dates (CITIZENS=400 SAMPLE=15 DATES="2023-09-12")
	@HELHED_TEST_TRUTH_CITIZENS=$(or $(CITIZENS),400) HELHED_TEST_TRUTH_SAMPLE=$(or $(SAMPLE),15) \
	  HELHED_TEST_TRUTH_DATES="$(or $(DATES),2019-06-03 2021-06-15 2023-09-12 2025-05-20)" $(BIN)/python -m pytest tests/truth $(ARGS)

years: setup ## Walk the Maja family and Maria through the years 2004 to 2025, and compare the pages with the case (minutes)
	@$(BIN)/python -m pytest tests/sandbox/acceptance_years.py $(ARGS)

story: setup ## Walk through docs/brug/maja.md on the movable clock, compare every sentence with the pages and take its pictures anew (minutes)
	@$(BIN)/python deploy/browser.py
	@$(BIN)/python -m pytest tests/sandbox/acceptance_story.py $(ARGS)

acceptance: setup ## Connect four fagsystemer in a browser to an empty installation, break each and mend it (a minute; figures in artefacts/)
	@$(BIN)/python deploy/browser.py
	@$(BIN)/python -m pytest tests/web/acceptance_connect.py $(ARGS)

check: $(READY) ## Only the quick checks: lint, format, types, floors
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

format: $(READY) ## Put all code into the project's form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

policy-table: $(READY) ## Write docs/policy-table.md, what the policies answer to everybody
	@$(BIN)/python -m deploy.policy_page

lock: $(READY) ## Choose versions anew and lock them with hashes
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra dev pyproject.toml -o requirements/dev.txt
	@$(BIN)/python -m deploy.dependencies

package: setup ## Build the wheel into dist/, with page assets and the list of what it consists of
	@rm -f dist/helhed-*.whl
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

image: package ## Build the image with podman and try it (BASE=… BUILD="--isolation chroot" RUN="podman run"; docs/installation.md)
	@cp requirements/run.txt dist/
	@$(ENGINE) build $(BUILD) $(if $(BASE),--build-arg BASE=$(BASE)) $(if $(WHEELS),--build-arg WHEELS=$(WHEELS)) \
	  --build-arg VERSION=$(VERSION) -f deploy/Containerfile -t localhost/helhed:$(VERSION) dist
	@HELHED_TEST_IMAGE=localhost/helhed:$(VERSION) HELHED_TEST_ENGINE="$(or $(RUN),$(ENGINE) run)" \
	  $(BIN)/python -m pytest -q tests/deploy/test_image.py

bench: setup ## Measure every goal beside its floor (ARGS="--sizes 10000,100000,1000000"; minutes for each)
	@$(BIN)/python -m tests.bench $(ARGS)

bench-compare: setup ## This tree beside the release before, each as deployed, and beside the last run (ARGS="--turns 3 --citizens 1000000 --before COMMIT")
	@$(BIN)/python -m tests.bench.releases $(ARGS)

chaos: setup ## Kill anything 200 times in a load of 50,000 records, 60 times with three of each, workers 50 times in a night
	@$(BIN)/python -m tests.chaos $(ARGS)
	@$(BIN)/python -m tests.chaos --kills 60 --citizens 3000 --brokers 3 --nodes 3 $(ARGS)
	@$(BIN)/python -m tests.chaos --nightly --kills 50 --citizens 6100 $(ARGS)

drill: setup ## Back up, lose the disk and get everything back, timed; upgrade on Kafka and OpenSearch while it runs (CITIZENS=100000)
	@$(BIN)/python -m tests.drill --citizens $(or $(CITIZENS),100000) $(ARGS)
	@HELHED_TEST_UPGRADE_ENGINES=2 $(BIN)/python -m pytest -q tests/hub/test_two_releases.py

attack: setup ## Ask rights and search 100,000 random questions, against an independent reading of docs/access.md (ARGS="--seed 7"), and the whole API
	@$(BIN)/python -m tests.attack $(ARGS)
	@HELHED_TEST_API_EXAMPLES=20 $(BIN)/python -m pytest -q tests/web/test_api_contract.py

advisories: setup ## Ask the registries whether anything we install has a known weakness (1: yes, 2: some did not answer)
	@$(BIN)/python -m deploy.advisories

screenshots: setup ## Take the pictures in the README and the guides anew
	@$(BIN)/python -m deploy.screenshots

clean: ## Remove the environment, local state and fetched assets
	@rm -rf .venv var artefacts hub/web/static/vendor hub/web/node_modules
