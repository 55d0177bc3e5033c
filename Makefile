# check: style, types, import rules · test: the test suite · browser: the page in Chromium · docs: the site
# bench: speed and memory of a build, its steps and its cold start · compare: against BERT-base and spaCy, see below
BIN := $(if $(wildcard .venv/bin/python),.venv/bin/,)

.PHONY: check test browser docs bench compare

check:
	$(BIN)ruff check .
	$(BIN)ruff format --check .
	$(BIN)mypy
	$(BIN)lint-imports

test:
	$(BIN)pytest -n logical --dist loadfile

browser:
	CI=true $(BIN)pytest -m browser -n logical --dist loadfile tests/browser

# Needs pip install -e '.[docs]'.
docs:
	$(BIN)sphinx-build -W --keep-going -b html docs build/docs

# make bench ABSTRACTS=path/to/abstracts.pubtator
ABSTRACTS ?= examples/texts
bench:
	$(BIN)python benchmarks/throughput.py $(ABSTRACTS)
	$(BIN)python benchmarks/startup.py

# Needs pip install -e '.[bench]' and 192 abstracts or more for figures worth quoting.
compare:
	$(BIN)python benchmarks/taggers.py $(ABSTRACTS) $(if $(filter examples/texts,$(ABSTRACTS)),--rounds 2)
