# One command for each habit. `make` sets up and says what there is; every other command sets up what it needs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := demo
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE :=

.PHONY: all help setup system-packages demo test lint types sql-lint generate check-generated bench bench-ingest bench-postgres bench-recon hostile faults truth docs clean lock

all: setup
	@$(MAKE) --no-print-directory help

help:
	@echo "make        set up $(VENV) with everything pinned; then $(BIN)/tieout --help lists the verbs"
	@echo "make demo   set up, simulate a firm, ingest, build, publish, serve (ARGS=--no-app stops before serving)"
	@echo "make test   set up, then every check"
	@echo "make hostile  broken and malicious files: each kind and what became of it"
	@echo "make truth  for 22 firms: is every planted break found, with its amounts, and nothing else"
	@echo "make faults   kills, full disks and the like: each fault and whether it was survived"
	@echo "make lint | bench | bench-ingest | bench-postgres | bench-recon | docs | generate | lock | clean"

setup: $(READY)

$(READY): requirements/lock.txt pyproject.toml
	@echo "Setting up $(VENV) (a few minutes the first time) ..."
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] >= (3, 11) else "tieout needs Python 3.11 or newer; found " + sys.version.split()[0])'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
	  else echo "Python lacks its venv module; ask for: apt-get install python3-venv" >&2; exit 1; fi; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --progress-bar off --quiet --no-deps --require-hashes -r requirements/lock.txt
	@$(BIN)/python -m pip check >/dev/null
	@echo "$(CURDIR)" > $$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/tieout.pth
	@printf '#!%s\nfrom tieout.cli import main\nmain()\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/tieout && chmod +x $(BIN)/tieout
	@$(BIN)/python -m lake.extensions $(VENV)/duckdb_extensions
	@touch $@

# What the tests need beyond Python: installed where we may, named where we may not. Tests of a server that is
# not there are skipped, with a sentence.
system-packages:
	@wanted=""; \
	  command -v chromium >/dev/null || wanted="$$wanted chromium fonts-liberation"; \
	  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || wanted="$$wanted postgresql"; \
	  test -x /usr/sbin/sshd || wanted="$$wanted openssh-server"; \
	  if [ -n "$$wanted" ]; then \
	    if [ "$$(id -u)" = 0 ]; then echo "Installing$$wanted ..."; \
	      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$wanted >/dev/null; \
	    else echo "Some tests need more; ask for: apt-get install$$wanted" >&2; command -v chromium >/dev/null; fi; fi

demo: setup
	@$(BIN)/python -m tieout.demo $(ARGS)

generate: setup
	@$(BIN)/python -m tieout.generate
	@$(BIN)/python dbt_project/generate.py

check-generated: setup
	@$(BIN)/python -m tieout.generate --check
	@$(BIN)/python dbt_project/generate.py --check
	@$(BIN)/python -m tieout.docs --check

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

types: setup
	@$(BIN)/mypy

sql-lint: setup
	@$(BIN)/python dbt_project/sql_lint.py lint --processes 2 dbt_project/models dbt_project/tests

# In the order of the folders: else the files of few tests come last, which are the long ones, and one core waits.
test: setup system-packages
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint types sql-lint check-generated
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: setup
	@$(BIN)/python -m benchmarks.scale $(ARGS)

# The table of hostile files: each kind, and what became of it.
hostile: setup
	@TIEOUT_TINY_FILES=3000 $(BIN)/python -m pytest -vv tests/ingestion/test_hostile.py $(ARGS)

truth: setup
	@$(BIN)/python -m benchmarks.truth $(ARGS)

# dlt lives in an environment of its own: its dependencies are none of ours.
.venv-bench/.ready: requirements/bench.txt
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --progress-bar off --quiet --no-deps --require-hashes -r requirements/bench.txt
	@touch $@

bench-ingest: setup .venv-bench/.ready
	@$(BIN)/python -m benchmarks.ingest --dlt .venv-bench/bin/python $(ARGS)

# datacompy holds another Polars than ours.
.venv-bench-recon/.ready: requirements/bench-recon.txt
	@$(PYTHON) -m venv .venv-bench-recon
	@.venv-bench-recon/bin/python -m pip install --progress-bar off --quiet --no-deps --require-hashes -r requirements/bench-recon.txt
	@touch $@

bench-recon: setup .venv-bench-recon/.ready
	@$(BIN)/python -m benchmarks.recon --peers .venv-bench-recon/bin/python $(ARGS)

# The table of faults: kills, full disks, revoked rights, half-written files, runs at once; some minutes.
faults: setup
	@$(BIN)/python -m tests.ingestion.faults

# Peers live in an environment of their own, pinned: none of them is a part of tieout.
PEERS := .venv-peers
$(PEERS)/.ready: requirements/peers.txt
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --progress-bar off --quiet --no-deps --require-hashes -r requirements/peers.txt
	@touch $@

bench-postgres: setup system-packages $(PEERS)/.ready
	@$(BIN)/python -m benchmarks.postgres $(PEERS)/bin/python

# The worked page of the reconciliation comes out of the demo, as `make demo ARGS=--no-app` builds it;
# ARGS="--figures lake/data/mart/mart.duckdb" takes the metrics' examples anew too.
docs: setup
	@$(BIN)/python -m tieout.docs --demo $(ARGS)

lock:
	@$(PYTHON) -m venv /tmp/tieout-lock && /tmp/tieout-lock/bin/pip install --quiet uv
	@for pair in lock:dev bench:bench peers:peers bench-recon:bench-recon; do \
	  /tmp/tieout-lock/bin/uv pip compile --quiet --upgrade --generate-hashes --no-emit-find-links --no-emit-index-url --no-header \
	    --python-version 3.11 -o requirements/$${pair%:*}.txt requirements/$${pair#*:}.in; done

# What `make demo` made, and nothing else: a lake that holds anything but the demo's extracts stays.
clean:
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m tieout.clean; \
	else echo "There is no $(VENV) to look into the lake with: run make first." >&2; exit 1; fi
