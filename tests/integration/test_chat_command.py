"""``kg-builder ask --model`` and ``kg-builder chat``: as people use them, with a stand-in for the model's provider."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.graphs.assistant import DISCLAIMER
from kg_builder.graphs.building import build
from kg_builder.records import Document
from kg_builder.retrieve.context import HEADING
from kg_builder.settings import Settings

Run = Callable[..., subprocess.CompletedProcess[str]]
DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence")

LANGCHAIN = '''
"""Stands for the package that names chat models: the one here follows a script."""
import json, os, time
from kg_builder.testing_chat import ScriptedChatModel

class Model(ScriptedChatModel):
    base_url: str

def wait(messages):
    open("waiting", "w").close()
    time.sleep(60)

def fail(messages):
    raise ConnectionError("words of the prompt")

def recall(messages):
    return "You asked: " + "; ".join(one.text for one in messages if one.type == "human")

def init_chat_model(name, **options):
    lines = [{"wait": wait, "fail": fail, "recall": recall}.get(one, one) if isinstance(one, str) else tuple(one)
             for one in json.loads(os.environ["SCRIPT"])]
    return Model(lines=lines, base_url=os.environ.get("MODEL_URL", "http://127.0.0.1:1"))
'''
AT_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Ctrl-C is heeded, also where these tests run in the background of a shell, which has it ignored."""
CAUSES = ["what_induces", {"concept": "Nausea"}]
GOOD = "Cisplatin does [1.txt:0-24]."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small graph, which the commands only read."""
    texts = [
        Document(id="1.txt", text="Cisplatin caused nausea."),
        Document(id="2.txt", text="Methotrexate caused \x1b[31mheadache\u202e."),
    ]
    place = str(tmp_path_factory.mktemp("graph") / "g.kg")
    build(texts, store=place, settings=DICTIONARY).store.close()
    return place


@pytest.fixture
def graph(built: str, tmp_path: Path) -> str:
    """Its place, with the stand-in beside where the command runs."""
    (tmp_path / "packages" / "langchain").mkdir(parents=True)
    (tmp_path / "packages" / "langchain" / "__init__.py").touch()
    (tmp_path / "packages" / "langchain" / "chat_models.py").write_text(LANGCHAIN)
    (tmp_path / "settings.yaml").write_text("extractors: [lexicon]\nrelation_extractor: cooccurrence\n")
    return built


@pytest.fixture
def ask(kg_builder_command: Run, tmp_path: Path, graph: str) -> Run:
    """Runs a command over the graph with a script for the model."""

    def run(command: str, *arguments: str, script: object = (), url: str | None = None, **options: object) -> object:
        return kg_builder_command(
            command,
            graph,
            *arguments,
            "--settings",
            "settings.yaml",
            env=surroundings(tmp_path, script, url),
            **options,
        )

    return run  # type: ignore[return-value]


def surroundings(folder: Path, script: object, url: str | None = None) -> dict[str, str]:
    """The environment that the stand-in reads."""
    found = {key: value for key, value in os.environ.items() if not key.startswith("KG_BUILDER_") or "CACHE" in key}
    found |= {"PYTHONPATH": str(folder / "packages"), "SCRIPT": json.dumps(script)}
    return found | ({"MODEL_URL": url} if url else {})


def test_a_model_answers_and_its_sources_are_looked_up(ask: Run) -> None:
    script = [CAUSES, "Aspirin does [1.txt:3-9].", GOOD]

    told = ask("ask", "What causes nausea?", "--model", "maker:one", script=script).stdout
    described = json.loads(ask("ask", "What causes nausea?", "--model", "maker:one", "--json", script=script).stdout)

    assert told == f"{GOOD}\n\n{DISCLAIMER}\n"
    assert described["citations"] == ["1.txt:0-24"]
    assert described["question"] == "What causes nausea?"


def test_the_settings_may_name_the_model(ask: Run, tmp_path: Path) -> None:
    with (tmp_path / "settings.yaml").open("a") as file:
        file.write("chat_model: mine\nmodels: {mine: {source: 'chat:maker:one'}}\n")

    assert ask("ask", "What causes nausea?", script=[CAUSES, GOOD]).stdout.startswith(GOOD)


def test_text_goes_elsewhere_only_where_that_is_allowed(ask: Run) -> None:
    asked = ("ask", "What causes nausea?", "--model", "maker:one")
    elsewhere = {"script": [CAUSES, GOOD], "url": "https://maker.example/v1"}

    refused = ask(*asked, **elsewhere, expect=2)

    assert "runs elsewhere" in refused.stderr
    assert "--allow-remote" in refused.stderr
    assert ask(*asked, "--allow-remote", **elsewhere).stdout.startswith(GOOD)


def test_a_model_that_fails_is_told_without_the_prompt(ask: Run) -> None:
    failed = ask("ask", "Why?", "--model", "maker:one", script=["fail"], expect=4)

    assert "ConnectionError" in failed.stderr
    assert "words of the prompt" not in failed.stderr + failed.stdout


def test_without_a_model_facts_answer_and_are_still_described_in_json(ask: Run) -> None:
    told = ask("ask", "What causes nausea?").stdout
    assert told.startswith(HEADING)
    assert "1. Cisplatin (MESH:D002945) INDUCES Nausea" in told
    described = json.loads(ask("ask", "What causes nausea?", "--json").stdout)
    assert described["facts"][0]["subject_name"] == "Cisplatin"
    assert "nothing found" in ask("ask", "What is known about Prague?", expect=1).stderr


def test_a_chat_without_a_model(ask: Run) -> None:
    lines = "What causes nausea?\n\n   \nWhat else is known about it?\n/quit\nnever asked\n"

    talk = ask("chat", input=lines)

    assert talk.stdout.startswith("Asked about: Nausea (MESH:D009325)\n1. Cisplatin")
    assert talk.stdout.count("Cisplatin (MESH:D002945) INDUCES Nausea") == 2
    assert "not medical advice" in talk.stderr
    assert "never asked" not in talk.stdout + talk.stderr


def test_a_chat_with_a_model_remembers_and_survives_its_errors(ask: Run) -> None:
    talk = ask("chat", "--model", "maker:one", script=[CAUSES, GOOD, "fail", "recall"], input="One?\nTwo?\nThree?\n")

    assert GOOD in talk.stdout
    assert "ConnectionError" in talk.stderr
    assert "You asked: One?; Three?" in talk.stdout


def test_nothing_said_or_stored_steers_the_terminal(ask: Run) -> None:
    question = "What causes \x1b]0;title\x07headache\u202e?\n"

    talk = ask("chat", input=question)
    answered = ask("chat", "--model", "maker:one", script=["recall"], input=question)

    assert "Methotrexate" in talk.stdout
    for shown in (talk.stdout + talk.stderr, answered.stdout + answered.stderr):
        assert not set(shown) & set("\x1b\x07\u202e")
    assert "You asked: What causes" in answered.stdout


def test_ctrl_d_leaves_a_terminal_quietly(graph: str, tmp_path: Path) -> None:
    process, terminal = at_terminal(graph, tmp_path)
    read_until(terminal, "> ")

    os.write(terminal, b"\x04")

    assert process.wait(30) == 0


def test_ctrl_c_stops_an_answer_then_leaves(graph: str, tmp_path: Path) -> None:
    process, terminal = at_terminal(graph, tmp_path, "--model", "maker:one", script=["wait", "Nothing is known."])
    read_until(terminal, "> ")
    os.write(terminal, b"What causes nausea?\n")
    while not (tmp_path / "waiting").exists():
        assert process.poll() is None
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    assert "stopped" in read_until(terminal, "\n> ", after="stopped")
    os.write(terminal, b"And now?\n")
    assert "Nothing is known." in read_until(terminal, "\n> ", after="Nothing is known.")
    process.send_signal(signal.SIGINT)

    assert process.wait(30) == 0


def at_terminal(graph: str, folder: Path, *arguments: str, script: object = ()) -> tuple[subprocess.Popen[bytes], int]:
    """A chat at a terminal of its own."""
    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).with_name("kg-builder")), "chat", graph, "--settings", "settings.yaml"]
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *command, *arguments],
        cwd=folder,
        env=surroundings(folder, script),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    return process, ours


def read_until(terminal: int, end: str, after: str = "") -> str:
    """What is shown until `end` comes after `after`."""
    shown = ""
    while end not in shown[shown.find(after) if after in shown else len(shown) :]:
        assert select.select([terminal], [], [], 60)[0], f"nothing more is shown after {shown!r}"
        shown += os.read(terminal, 4096).decode(errors="replace").replace("\r\n", "\n")
    return shown
