# Everything runs from one virtual environment that the first target sets up.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# Where bytecode is not kept, each of the hundreds of processes that the tests start compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-long lint sim bench screenshots setup lock clean

# Both sides and the panel, on an embedded database in .demo/. ONCE=1 ends after the checks; STORE=folder fills the store from a recording; SIZE=0.1 makes the synthetic one a tenth as large.
# PORT=8700 FOLDER=.demo-2 for a second one beside it; with ONCE=1 it finds both by itself.
demo: $(STAMP)
	$(BIN)/python -m cscart_zoho_sim.demo $(if $(ONCE),--once) $(if $(STORE),--store "$(STORE)") $(if $(SIZE),--size $(SIZE)) $(if $(PORT),--port $(PORT)) $(if $(FOLDER),--folder "$(FOLDER)")

# What must pass before a change is pushed, in minutes. The rest of the suite is `test-long`: more seeds, more crashes.
test: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadgroup -m "not long" $(ARGS)

test-long: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadgroup -m long $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# The deterministic simulation. SEEDS=300 runs seeds 1 to 300, SEED=7 runs the seventh alone and tells its story.
# HINTS=1 listens to the messages of both sides, which are lost, doubled, swapped, delayed and forged.
sim: $(STAMP)
	$(BIN)/python -m tests.sim $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),300)) $(if $(HINTS),--hints)

bench: $(STAMP)
	$(BIN)/python -m bench

# The picture in the README, and the pages for a look, in .screenshots/.
screenshots: $(STAMP)
	$(BIN)/python -m tests.panel.screenshots

setup: $(STAMP)

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

# Lock files name no addresses. Needs uv.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock -q
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.lock -q

clean:
	rm -rf .demo .demo-* .screenshots .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
