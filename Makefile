# The commands. `make` lists them.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check evaluate bench lock new-channel channel-table translations translations-collect test-postgres test-real test-browser format clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

.venv/run: requirements/run.lock pyproject.toml
	@echo "Setting up Draht (once; about a minute) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Draht needs Python 3.11 or newer: make run PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python draht/project/installing.py requirements/run.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev: requirements/dev.lock .venv/run
	@echo "Setting up the tools for tests …"
	@$(BIN)/python draht/project/installing.py requirements/dev.lock
	@touch $@

translations: .venv/run
	@$(BIN)/python -m draht.project.translations

translations-collect: .venv/dev ## add new strings to the German and Spanish catalogues
	@$(BIN)/python -m draht.project.translations collect

run: translations ## set up what is missing and start Draht with a demo company on http://localhost:8000
	@$(BIN)/draht serve --demo

test: .venv/dev translations ## set up what is missing and run the tests
	@$(BIN)/python -m pytest -n auto -m "not real and not browser"
	@echo "Not run here: tests against real servers (make test-real) and in a browser (make test-browser), because they need"
	@echo "what requirements/debian-*.txt lists; and the second store (make test-postgres). CI runs them all."

# Channels and their contract know no store (make check sees to it), and what lies in tests/ starts stores of its own.
WITH_STORE := draht/connections draht/core draht/features draht/flows draht/project

test-postgres: .venv/dev translations ## what touches the store, on PostgreSQL: that of DRAHT_DATABASE=postgres://…, else one of its own
	@$(BIN)/python -m tests.servers $(BIN)/python -m pytest -n auto -m "not real and not browser" $(WITH_STORE)

test-real: .venv/dev translations ## tests against real servers (see requirements/debian-real.txt)
	@$(BIN)/python -m pytest -m real

test-browser: .venv/dev translations ## tests in a real Chromium
	@$(BIN)/python -m pytest -m browser

check: .venv/dev translations ## lint, format, types, import contracts, docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy draht
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/test_docs.py tests/test_architecture.py tests/test_translations.py

format: .venv/dev ## put the code in its form
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format -q .

bench: .venv/dev translations ## measure everything and print the table
	@$(BIN)/python -m bench

new-channel: .venv/dev ## begin a channel: make new-channel NAME=lemmy
	@$(BIN)/python -m draht.project.new_channel $(NAME)

channel-table: .venv/dev ## write the table of what each channel can do anew
	@$(BIN)/python -m tests.channel_table

lock: .venv/dev ## pin the dependencies anew
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra postgres -o requirements/run.lock $(UPGRADE)
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --all-extras --group dev -c requirements/run.lock -o requirements/dev.lock $(UPGRADE)

evaluate: .venv/dev ## how good the readings are: make evaluate DATA=../shared/data
	@$(BIN)/python -m draht.features.triage.evaluate $(DATA)

clean: ## remove what was set up; the data stay
	rm -rf .venv build *.egg-info
