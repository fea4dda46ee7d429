# Xinxia. Everything that is kept lies under XINXIA_HOME (default var/); the environment lives in .venv.

FLASK := .venv/bin/flask --app wsgi
PYTHON := .venv/bin/python
PROCESSES ?= 2

.PHONY: help run test check lint bench screening screening-report soak clean

help:
	@echo 'make run      install what is needed, load the sample district, serve on 127.0.0.1:8000'
	@echo 'make test     everything that must hold, on SQLite and on PostgreSQL; what is invented is the same each time'
	@echo 'make check    the fast part of it: lint, types, contracts, tests on SQLite without a browser, invented anew'
	@echo 'make bench    measure, and write bench/results.json'
	@echo 'make screening  learn the weights of the letter screening again; LETTERS=file.jsonl make screening-report measures them'
	@echo 'make soak     what takes long: 200 kills, each rule and guard taken away; ONLY=guard runs a part of it'
	@echo 'make clean    remove the environment and caches; what is kept under var/ stays'

# XINXIA_DEMO=0 make run starts an installation for real work, without the sample district and its sign-ins.
run:
	@config/install.sh run
	@set -e; \
	export XINXIA_DEMO=$${XINXIA_DEMO:-1} XINXIA_LOG_LEVEL=$${XINXIA_LOG_LEVEL:-WARNING}; \
	$(FLASK) database upgrade; \
	if [ "$$XINXIA_DEMO" = 1 ]; then $(FLASK) demo load; $(FLASK) demo sign-ins; fi; \
	exec $(FLASK) serve

lint:
	@config/install.sh test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PYTHON) -m bandit --quiet --recursive --configfile pyproject.toml app config wsgi.py

test: lint
	$(PYTHON) -m pytest --numprocesses $(PROCESSES) --dist worksteal --hypothesis-profile ci

check: lint
	$(PYTHON) -m pytest --numprocesses $(PROCESSES) --dist worksteal --database sqlite -m 'not browser and not soak'

bench:
	@config/install.sh test
	$(PYTHON) -m bench

screening:
	@config/install.sh test
	$(PYTHON) -m app.letterbox.training

screening-report:
	@$(PYTHON) -m app.letterbox.training.report $(LETTERS)

soak:
	@config/install.sh test
	$(PYTHON) -m pytest -m soak -k '$(ONLY)'

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find app bench config migrations tests -name __pycache__ -prune -exec rm -rf {} +
