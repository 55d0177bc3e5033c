"""The command with models that are paid for: the forecast, the question before the run, the log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]

LANGCHAIN = '''
"""Stands for the package that names chat models: the one here answers without a provider."""
import json
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

FOUND = json.dumps([{"entity": "Cisplatin", "type": "Chemical"}, {"entity": "nausea", "type": "Disease"}])

class Model(BaseChatModel):
    model_name: str

    @property
    def _llm_type(self):
        return "stand-in"

    def _generate(self, messages, stop=None, run_manager=None, **extra):
        usage = {"input_tokens": 300, "output_tokens": 30, "total_tokens": 330}
        return ChatResult(generations=[ChatGeneration(message=AIMessage(FOUND, usage_metadata=usage))])

def init_chat_model(name, **options):
    return Model(model_name=name)
'''
SETTINGS = """
schema_name: chemical-disease
extractors: [far]
relation_extractor: cooccurrence
allow_remote: true
models:
  far:
    source: chat:maker:model
    limits: {token_budget: 2000, input_price: 2, output_price: 10, requests_per_minute: 600}
"""


@pytest.fixture
def paid_build(kg_builder_command: Run, tmp_path: Path) -> Run:
    """``kg-builder build`` of ten documents with a model elsewhere that has prices and a budget for a few of them."""
    (tmp_path / "packages" / "langchain").mkdir(parents=True)
    (tmp_path / "packages" / "langchain" / "__init__.py").touch()
    (tmp_path / "packages" / "langchain" / "chat_models.py").write_text(LANGCHAIN)
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    (tmp_path / "notes").mkdir()
    for number in range(10):
        (tmp_path / "notes" / f"{number}.txt").write_text(f"Cisplatin caused nausea in patient {number}.")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "packages")}

    def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        given = ("build", "notes", "--store", "g.kg", "--settings", "settings.yaml", *arguments)
        return kg_builder_command(*given, **({"env": environment, "stdin": subprocess.DEVNULL} | options))

    return run


def test_a_forecast_runs_nothing(paid_build: Run, tmp_path: Path) -> None:
    shown = paid_build("--forecast").stdout
    assert "forecast: 10 documents to read" in shown
    assert "chat:maker:model: about 10 requests" in shown
    assert "estimated from the length" in shown
    assert "at your prices" in shown
    assert "the budget will probably be used up" in shown
    told = json.loads(paid_build("--forecast", "--json").stdout)
    assert told["documents"] == 10
    assert told["models"][0]["requests"] == 10
    assert told["models"][0]["cost"] == pytest.approx(
        (told["models"][0]["input_tokens"] * 2 + told["models"][0]["output_tokens"] * 10) / 1e6
    )
    assert not (tmp_path / "g.kg").exists()


def test_without_a_terminal_it_refuses_and_says_how_to_go_on(paid_build: Run, tmp_path: Path) -> None:
    refused = paid_build(expect=2)
    assert "forecast: 10 documents" in refused.stderr
    assert "--yes" in refused.stderr
    assert not (tmp_path / "g.kg").exists()
    piped = paid_build("-", "--forecast", expect=2)
    assert "standard input can be read once only" in piped.stderr


def test_yes_goes_on_until_the_budget_is_spent_and_again(paid_build: Run, tmp_path: Path) -> None:
    spent = paid_build("--yes", "--log", "run.log", "--log-format", "json", "--log-level", "debug", expect=1)
    assert "failed: budget-spent" in spent.stdout
    assert "chat:maker:model: " in spent.stdout
    assert "a budget was used up: the same command goes on" in spent.stdout
    log = [json.loads(line) for line in (tmp_path / "run.log").read_text().splitlines()]
    requests = [line for line in log if line["event"] == "request"]
    assert requests
    assert requests[0]["counts"] == {"input_tokens": 300, "output_tokens": 30}
    assert [line["model"] for line in log if line["event"] == "budget-spent"] == ["chat:maker:model"]
    assert "isplatin" not in (tmp_path / "run.log").read_text()
    run = json.loads(paid_build("--yes", "--json", expect=(0, 1)).stdout)
    usage = run["usage"]["chat:maker:model"]
    assert run["unchanged"] == len(requests)
    assert usage["requests"] == run["written"] > 0
    assert usage["cost"] == pytest.approx(usage["requests"] * 900 / 1e6)


@pytest.mark.skipif(sys.platform == "win32", reason="has other terminals")
@pytest.mark.parametrize(("typed", "code"), [(b"y\n", 1), (b"n\n", 1)])
def test_on_a_terminal_it_asks(paid_build: Run, tmp_path: Path, typed: bytes, code: int) -> None:
    import pty

    master, slave = pty.openpty()
    os.write(master, typed)
    try:
        asked = paid_build(expect=code, stdin=slave)
    finally:
        os.close(slave)
        os.close(master)
    assert "Go on?" in asked.stderr
    assert (tmp_path / "g.kg").exists() is (typed == b"y\n")
