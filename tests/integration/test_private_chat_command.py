"""``kg-builder ask`` and ``chat`` with a model elsewhere: what it is told under each policy."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.graphs.building import build
from kg_builder.records import Document
from kg_builder.settings import Settings

Run = Callable[..., subprocess.CompletedProcess[str]]
DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence")
LANGCHAIN = '''
"""Stands for the package that names chat models: this one writes down what it gets, and cites the last source."""
from kg_builder.testing_chat import ScriptedChatModel

class Model(ScriptedChatModel):
    base_url: str = "https://maker.example/v1"

def cite(messages):
    with open("sent.jsonl", "a") as file:
        file.writelines(message.model_dump_json() + "\\n" for message in messages)
    return "It was cisplatin, of [NAME-1] [SOURCE-1:0-58]."

def init_chat_model(name, **options):
    return Model(lines=[("what_induces", {"concept": "Nausea"}), cite])
'''
SECRETS = ("Quartermaine", "03/14")
QUESTION = "What gave Mr. Quartermaine nausea?"


@pytest.fixture
def ask(kg_builder_command: Run, tmp_path: Path) -> Run:
    """Runs a command over a small graph of a note that identifies somebody."""
    (tmp_path / "packages" / "langchain").mkdir(parents=True)
    (tmp_path / "packages" / "langchain" / "__init__.py").touch()
    (tmp_path / "packages" / "langchain" / "chat_models.py").write_text(LANGCHAIN)
    (tmp_path / "settings.yaml").write_text("extractors: [lexicon]\nrelation_extractor: cooccurrence\n")
    note = Document(id="Quartermaine.txt", text="Cisplatin caused nausea in Mr. Quartermaine on 03/14/2019.")
    build([note], store=str(tmp_path / "g.kg"), settings=DICTIONARY).store.close()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("KG_BUILDER_") or "CACHE" in key}
    given = ("--settings", "settings.yaml", "--model", "maker:one", "--allow-remote")

    def run(command: str, *arguments: str, policy: str | None = None, **options: object) -> object:
        told = {"PYTHONPATH": str(tmp_path / "packages")} | ({"KG_BUILDER_PRIVACY": policy} if policy else {})
        return kg_builder_command(command, "g.kg", *arguments, *given, env=kept | told, **options)

    return run  # type: ignore[return-value]


def test_by_default_a_question_that_identifies_somebody_is_not_sent(ask: Run, tmp_path: Path) -> None:
    refused = ask("ask", QUESTION, expect=2)

    assert "The question isn't sent to 'maker:one', which runs elsewhere" in refused.stderr
    assert "1 NAME" in refused.stderr
    assert "privacy: mask" in refused.stderr
    assert "Quartermaine" not in refused.stderr
    assert not (tmp_path / "sent.jsonl").exists()


def test_by_default_sentences_that_identify_somebody_are_not_sent_and_a_chat_goes_on(ask: Run, tmp_path: Path) -> None:
    talk = ask("chat", input="What causes nausea?\nWhat causes nausea?\n")

    assert talk.stderr.count("What the tool 'what_induces' found isn't sent") == 1
    assert "Quartermaine" not in talk.stderr
    sent = (tmp_path / "sent.jsonl").read_text()
    assert not [secret for secret in SECRETS if secret in sent]


def test_masked_it_answers_with_the_words_and_the_sources_of_the_graph(ask: Run, tmp_path: Path) -> None:
    answer = json.loads(ask("ask", QUESTION, "--json", policy="mask").stdout)

    assert answer["text"].startswith("It was cisplatin, of Quartermaine [Quartermaine.txt:0-")
    sent = (tmp_path / "sent.jsonl").read_text()
    assert "What gave Mr. [NAME-1] nausea?" in sent
    assert not [secret for secret in SECRETS if secret in sent]


def test_allowed_it_is_sent_as_it_is(ask: Run, tmp_path: Path) -> None:
    ask("ask", QUESTION, policy="allow", expect=1)  # what it cites is no source of the graph's
    assert QUESTION in (tmp_path / "sent.jsonl").read_text()
