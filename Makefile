# Every command of the project. The first use builds .venv (about 3.5 GB); after that make only compares file times.

PYTHON ?= python3
ENGINE ?= auto
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
LOCKS := $(wildcard packaging/requirements/*.txt) packaging/setup_env.py
SET_UP := $(PYTHON) packaging/setup_env.py --engine=$(ENGINE)

# Where there is no display, the window's tests draw into memory; the end-to-end tests start a display of their own.
ifeq ($(DISPLAY)$(WAYLAND_DISPLAY),)
test: export QT_QPA_PLATFORM ?= offscreen
endif

# Some machines set it; then every program that the tests and benchmarks start would compile all its modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run setup test check lint types contracts unit bench torture lock wheel clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: $(VENV)/.stamp-run ## the window (ARGS="serve --port 8000" for other commands)
	@exec $(BIN)/python -m seproj_desktop $(ARGS)

setup: ## only builds or mends .venv (ENGINE=cpu or gpu chooses the build of vLLM)
	@rm -f $(VENV)/.stamp-run $(VENV)/.stamp-test
	@$(SET_UP)

test: lint types contracts unit ## style, types, import contracts and every test

lint: $(VENV)/.stamp-test ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.stamp-test ## strict types
	$(BIN)/mypy

contracts: $(VENV)/.stamp-test ## which part may import which
	$(BIN)/lint-imports

unit: $(VENV)/.stamp-test ## every test (ARGS="-k name" for some)
	$(BIN)/python -m pytest $(ARGS)

bench: $(VENV)/.stamp-test ## speed, side by side with vLLM's own server
	$(BIN)/python -m benchmarks $(ARGS)

torture: $(VENV)/.stamp-test ## long runs that try to break it
	$(BIN)/python -m benchmarks.torture $(ARGS)

lock: $(VENV)/.stamp-test ## renews the locked versions (ARGS=--upgrade for the newest)
	$(BIN)/python packaging/lock.py $(ARGS)

wheel: $(VENV)/.stamp-run ## builds dist/*.whl
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .

clean: ## removes .venv and everything built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.stamp-run: $(LOCKS)
	@$(SET_UP)

$(VENV)/.stamp-test: $(LOCKS)
	@$(SET_UP) --test
