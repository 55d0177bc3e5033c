# check: style, types, import rules · test: the test suite · bench: speed and memory of a build
BIN := $(if $(wildcard .venv/bin/python),.venv/bin/,)

.PHONY: check test bench

check:
	$(BIN)ruff check .
	$(BIN)ruff format --check .
	$(BIN)mypy
	$(BIN)lint-imports

test:
	$(BIN)pytest

ABSTRACTS ?= examples/texts
bench:
	$(BIN)python benchmarks/throughput.py $(ABSTRACTS)
