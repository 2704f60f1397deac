# demo    train on real data and write a report        docs   write docs/cli.md again and check every link
# test    check, then every test                       bench  what the published figures come from
# check   lint, types and import contracts             clean  remove what these wrote, .venv included
#
# demo and test set up .venv by themselves; it is left alone until pyproject.toml or constraints.txt changes.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs clean

PYTHON := .venv/bin/python
TRAIN_STAMP := .venv/.sextet-train
DEV_STAMP := .venv/.sextet-dev
PINNED := pyproject.toml constraints.txt scripts/environment.sh
# TensorFlow prints pages about the machine on import.
export TF_CPP_MIN_LOG_LEVEL ?= 2

help:
	@sed -n 's/^# //p' Makefile | head -n 4

$(TRAIN_STAMP): $(PINNED)
	@scripts/environment.sh train,samples
	@touch $@

# The dev extra holds train and samples, so it serves `make demo` too.
$(DEV_STAMP): $(PINNED)
	@scripts/environment.sh dev
	@touch $(TRAIN_STAMP) $@

demo: $(TRAIN_STAMP)
	@.venv/bin/sextet demo

check: $(DEV_STAMP)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo --no-cache

# As many processes as cores, so linear algebra gets a thread in each: threads that wait for each other made it five
# times as slow.
test: check
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadscope $(PYTEST_ARGS)

bench: $(DEV_STAMP)
	$(PYTHON) benchmarks/run.py $(BENCH_ARGS)

docs: $(DEV_STAMP)
	$(PYTHON) scripts/cli_docs.py
	$(PYTHON) scripts/claims_docs.py
	$(PYTHON) scripts/plan_docs.py
	$(PYTHON) scripts/check_docs.py

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +
