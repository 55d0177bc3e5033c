"""Logs: one line an event, with ids, codes and times, and never a word of a document."""

from __future__ import annotations

import io
import json
import logging
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kg_builder.errors import DocumentError, ModelError, SettingsError
from kg_builder.graphs.building import run_into
from kg_builder.graphs.components import Components, make_components
from kg_builder.graphs.corpus import run_corpus
from kg_builder.logs import JsonFormatter, LogFormat, log_to
from kg_builder.records import Document
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.testing import ScriptedExtractor

SECRET = "Xylozapine"
TEXT = f"{SECRET} caused nausea in Mrs {SECRET}."


class Leaky(ScriptedExtractor):
    """Fails in every way, each quoting the text."""

    def extract(self, request: Any) -> Any:
        error: Exception = {
            "value": ValueError(request.text),
            "unicode": UnicodeDecodeError("utf-8", request.text.encode(), 0, 1, request.text),
            "model": ModelError(f"could not read: {request.text}"),
            "document": DocumentError("bad", f"could not read: {request.text}"),
        }.get(request.document_id) or KeyError(request.text)
        if request.document_id == "fine":
            return super().extract(request)
        raise error


def parts(**extractors: Any) -> Components:
    made = make_components(Settings(extractors=("lexicon",), schema_name="chemical-disease"))
    return replace(made, extractors=extractors, store=open_store(":memory:"))


def run(components: Components, *names: str) -> Any:
    documents = [Document(id=name, text=TEXT, language="en") for name in names]
    assert components.store is not None
    return run_into(components.store, run_corpus(documents, components), components, None)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("format", ["json", "text"])
def test_no_text_is_in_the_log_whatever_fails(tmp_path: Path, format: LogFormat) -> None:
    path = tmp_path / "run.log"
    with log_to(str(path), format=format, level="debug"):
        run(parts(lexicon=Leaky([[(SECRET, "Chemical")]])), "fine", "value", "unicode", "model", "document", "key")
    log = path.read_text(encoding="utf-8")
    assert SECRET.casefold() not in log.casefold()
    assert "nausea" not in log
    for told in ("internal-error", "step-failed", "ValueError", "UnicodeDecodeError", "bad", "fine"):
        assert told in log, told


def test_no_logger_of_this_package_has_text_for_other_handlers_either(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        run(parts(lexicon=Leaky([[(SECRET, "Chemical")]])), "fine", "value", "model")
    ours = [record for record in caplog.records if record.name.startswith("kg_builder")]
    assert ours
    for record in ours:
        assert SECRET not in logging.Formatter().format(record) + str(vars(record))


def test_every_document_and_step_is_an_event(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    with log_to(str(path), format="json", level="debug"):
        done = run(parts(lexicon=Leaky([[(SECRET, "Chemical")]])), "fine", "value")
    told = lines(path)
    assert [one["event"] for one in told if one["event"] != "step"][:1] == ["run-started"]
    documents = {one["document"]: one for one in told if one["event"] == "document"}
    assert documents["fine"]["status"] == "written"
    assert documents["fine"]["counts"]["written"] == 1
    assert documents["fine"]["seconds"] > 0
    assert (documents["value"]["status"], documents["value"]["code"]) == ("failed", "internal-error")
    steps = [one["step"] for one in told if one["event"] == "step" and one["document"] == "fine"]
    assert steps == ["clean", "select", "extract", "relate", "normalize", "validate", "write"]
    assert told[-1]["event"] == "run-ended"
    assert told[-1]["counts"]["failed"] == 1
    assert {one["run"] for one in told if "run" in one} == {done.id}
    for one in told:
        assert datetime.fromisoformat(one["time"]).tzinfo is not None
        assert one["level"] in {"debug", "info", "error"}
        assert one["logger"].startswith("kg_builder.")


def test_steps_and_requests_are_told_at_debug_only(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    with log_to(str(path), format="json"):
        run(parts(lexicon=ScriptedExtractor([[]], deterministic=True)), "fine")
    assert [one["event"] for one in lines(path)] == ["run-started", "document", "run-ended"]


def test_of_a_record_only_known_fields_are_written() -> None:
    record = logging.LogRecord("kg_builder.x", logging.INFO, "x.py", 1, "said %s", ("this",), None)
    record.patient = SECRET
    record.event = "said"
    told = json.loads(JsonFormatter().format(record))
    assert {name: told[name] for name in told if name != "time"} == {
        "level": "info",
        "logger": "kg_builder.x",
        "message": "said this",
        "event": "said",
    }


def test_of_exceptions_only_the_type_is_written() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        record = logging.LogRecord("kg_builder.x", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    assert json.loads(JsonFormatter().format(record))["error"] == "ValueError"
    assert SECRET not in JsonFormatter().format(record)


def test_what_is_logged_elsewhere_is_not_ours_to_write(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with log_to("-", level="debug"):
        logging.getLogger("openai._base_client").warning("Request options: %s", SECRET)
        logging.getLogger("kg_builder.x").warning("a line\nand one more", extra={"document": "a b"})
    assert SECRET not in stream.getvalue().partition("Request options")[0]
    assert "WARNING" not in stream.getvalue()
    assert stream.getvalue().splitlines()[-1].endswith('warning kg_builder.x a line and one more document="a b"')
    before = stream.getvalue()
    logging.getLogger("kg_builder.x").debug("after")
    assert stream.getvalue() == before


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--log"), log_to(str(tmp_path / "no" / "run.log")):
        pass
