# The one front door. `make` alone lists what there is.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= auto

.PHONY: help setup demo demo-standard demo-queue test check format sync docs docs-serve fact-map bench record-release dist clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.ready ## make .venv with clay-arch and all that its tests need

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[sandbox]' --group dev
	@touch $@

demo: setup ## recommend for a real input, scaffold, run the project against the local Clay
	$(BIN)/clay-arch recommend --volume 900/month --plan growth --infra none
	rm -rf demo
	$(BIN)/clay-arch new demo --name acme-leads --volume 900/month --plan growth --infra none
	$(MAKE) --no-print-directory -C demo demo PYTHON=$(abspath $(BIN)/python)

demo-standard: setup ## the same for Standard: leads come back enriched and are delivered
	$(BIN)/clay-arch recommend --volume 900/month --data-access callback --plan growth --infra https
	rm -rf demo-standard
	$(BIN)/clay-arch new demo-standard --name acme-leads --volume 900/month --data-access callback --plan growth --infra https
	$(MAKE) --no-print-directory -C demo-standard demo PYTHON=$(abspath $(BIN)/python)

demo-queue: setup ## the same for Queue: three sources, a queue, a worker that is killed
	$(BIN)/clay-arch recommend --volume 20k --plan growth --infra https,redis
	rm -rf demo-queue
	$(BIN)/clay-arch new demo-queue --name acme-leads --volume 20k --plan growth --infra https,redis
	$(MAKE) --no-print-directory -C demo-queue demo PYTHON=$(abspath $(BIN)/python)

test: setup ## all tests: the toolkit's, and each template's own where it lies
	$(BIN)/python -m pytest -n $(JOBS)
	@set -e; for template in templates/*/pytest.ini; do \
	  echo "$$(dirname $$template)"; \
	  (cd $$(dirname $$template) && $(abspath $(BIN)/python) -m pytest -n $(JOBS)); \
	done

check: setup ## format, lint, types, import contracts, shared bytes, fresh documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/sync.py --check
	$(BIN)/python docs/generate.py --check
	$(BIN)/python scripts/history.py --check
	@set -e; for template in templates/*/mypy.ini; do \
	  echo "$$(dirname $$template)"; \
	  (cd $$(dirname $$template) && $(abspath $(BIN))/mypy && \
	    PYTHONPATH=src:tools $(abspath $(BIN))/lint-imports); \
	done

format: setup ## format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

sync: setup ## copy what variants share from its one owner
	$(BIN)/python scripts/sync.py

docs: setup ## write what is made from the code, and build the documentation into site/
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/build.py

docs-serve: setup ## the documentation on http://127.0.0.1:8000, anew with every change
	$(BIN)/python docs/build.py serve

fact-map: setup ## every wire fact of Clay's, and the sandbox test that keeps it
	$(BIN)/python tests/fact_map.py

bench: setup ## measure against named peers; prints ratios from one run
	$(BIN)/python bench/run.py

record-release: setup ## keep this version's templates for good, so that later ones can update from it
	$(BIN)/python scripts/history.py

dist: setup ## build the wheel and the source archive into dist/
	$(BIN)/python -m build

clean: ## remove everything that make made
	rm -rf $(VENV) demo demo-standard demo-queue dist build site .cache docs/project .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
