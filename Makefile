# What a person does with this checkout. Needs Python 3.11 or newer and make; everything else goes to .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 3

.PHONY: setup demo run test lint bench promptfoo schema translations screenshots browsers frontend clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Steno needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: setup
	@rm -rf demo-output
	@$(BIN)/python -m tests.demo

run: setup
	@$(BIN)/steno up

test: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m tests.bench

# Compares language models and templates side by side; tests/promptfoo/README.md says with which settings.
promptfoo: setup
	npm install --prefix tests/promptfoo
	npm run --prefix tests/promptfoo eval

schema: setup
	$(BIN)/python -m steno.exports.schema transcript > docs/schema/transcript-1.0.json
	$(BIN)/python -m steno.exports.schema minutes > docs/schema/minutes-1.0.json

# The pictures of the user guide.
screenshots: setup
	$(BIN)/python -m tests.screenshots

# The main path in Firefox and WebKit, where they are installed; the tests have Chromium.
browsers: setup
	@$(BIN)/python -m tests.browsers

# Collects the texts of the pages, and what the software says, into the catalogs; what is new is to be translated there.
translations: setup
	$(BIN)/python -m web.translations

# Bundles the libraries of the pages anew into web/static/vendor. Needs Node; who runs Steno does not.
frontend:
	npm install --prefix web/frontend
	npm run --prefix web/frontend build

clean:
	rm -rf $(VENV) demo-output bench-output
