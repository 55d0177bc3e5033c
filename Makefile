# check: style, types, import rules · test: the test suite
# bench: speed and memory of a build, its steps and its cold start · compare: against BERT-base and spaCy, see below
BIN := $(if $(wildcard .venv/bin/python),.venv/bin/,)

.PHONY: check test bench compare

check:
	$(BIN)ruff check .
	$(BIN)ruff format --check .
	$(BIN)mypy
	$(BIN)lint-imports

test:
	$(BIN)pytest -n logical --dist loadfile

# make bench ABSTRACTS=path/to/abstracts.pubtator
ABSTRACTS ?= examples/texts
bench:
	$(BIN)python benchmarks/throughput.py $(ABSTRACTS)
	$(BIN)python benchmarks/startup.py

# Needs pip install -e '.[bench]' and 192 abstracts or more for figures worth quoting.
compare:
	$(BIN)python benchmarks/taggers.py $(ABSTRACTS) $(if $(filter examples/texts,$(ABSTRACTS)),--rounds 2)
