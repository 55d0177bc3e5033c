"""Documents that take too long, and backends that are down, in a run over a corpus."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from kg_builder.errors import BackendUnavailableError, TransientModelError
from kg_builder.graphs import run_control
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import run_corpus
from kg_builder.graphs.document import read_document
from kg_builder.graphs.run_control import RunControl
from kg_builder.protocols import Extraction, ExtractionRequest, Link
from kg_builder.records import Document, Mention
from kg_builder.schema import Schema
from kg_builder.schemas import builtin_schema
from kg_builder.select.routing import Rule
from kg_builder.settings import Settings
from kg_builder.testing import ScriptedExtractor, TableNormalizer

Answering = Callable[[ExtractionRequest], None]


@dataclass
class Asked(ScriptedExtractor):
    """Finds nothing, after what `before` does with the request."""

    answers: Any = ((),)
    before: Answering = lambda _: None
    requests: list[ExtractionRequest] = field(default_factory=list)

    def extract(self, request: ExtractionRequest) -> Extraction:
        self.requests.append(request)
        self.before(request)
        return Extraction()


def parts(*ladder: Asked, **settings: Any) -> Components:
    names = [extractor.name for extractor in ladder]
    return Components(
        settings=Settings(schema_name="chemical-disease", extractors=tuple(names), allow_remote=True, **settings),
        extractors=dict(zip(names, ladder, strict=True)),
        normalizer=TableNormalizer(),
        schemas={"chemical-disease": builtin_schema("chemical-disease")},
    )


def documents(count: int, text: str = "Nothing to see. " * 20) -> Iterator[Document]:
    return (Document(id=f"d{number:03}", text=text, language="en") for number in range(count))


def codes(components: Components, count: int, control: RunControl | None = None) -> list[str]:
    reports = run_corpus(documents(count), components, control=control)
    return [report.failure.code if report.failure is not None else report.status for report in reports]


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """Set when the test is over."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_document_whose_model_never_answers_fails_on_time_and_the_others_go_on(
    never: threading.Event, concurrency: int
) -> None:
    def before(request: ExtractionRequest) -> None:
        if request.document_id in {"d001", "d003"}:
            never.wait(60)

    begun = time.monotonic()
    found = codes(parts(Asked(before=before, remote=True), document_timeout=0.5, concurrency=concurrency), 5)
    assert found == ["written", "timed-out", "written", "timed-out", "written"]
    assert time.monotonic() - begun < 20


def test_work_in_this_process_ends_between_the_pieces_of_a_text() -> None:
    extractor = Asked(before=lambda _: time.sleep(0.12), max_characters=40)
    assert codes(parts(extractor, document_timeout=0.3), 1) == ["timed-out"]
    assert 1 < len(extractor.requests) < 5


def test_what_is_done_is_written_though_it_was_late() -> None:
    class Late(TableNormalizer):
        def normalize(self, text: str, mentions: Sequence[Mention], schema: Schema) -> Sequence[Link]:
            time.sleep(0.35)
            return super().normalize(text, mentions, schema)

    assert codes(replace(parts(Asked(), document_timeout=0.3), normalizer=Late()), 1) == ["written"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries and probes without long pauses."""
    monkeypatch.setattr("langgraph.pregel._retry.time.sleep", lambda _seconds: None)
    monkeypatch.setattr("kg_builder.graphs.circuit_breaker.FIRST_PAUSE", 0.05)
    monkeypatch.setattr("kg_builder.graphs.circuit_breaker.LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(run_control, "_NAP", 0.01)


def refuses(_: ExtractionRequest) -> None:
    raise TransientModelError("connection refused")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_backend_that_stays_down_ends_the_run_early(concurrency: int) -> None:
    down = Asked(before=refuses, name="down", model="chat:far-away", remote=True)
    components = parts(down, breaker_patience=0.5, concurrency=concurrency)
    control = RunControl()
    found = codes(components, 10_000, control)
    assert (control.ended, control.unreachable) == ("backend-unavailable", "chat:far-away")
    assert set(found) == {"backend-unavailable"}
    assert len(found) < run_control.END_AFTER + 20
    assert len(down.requests) < 40


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_backend_that_comes_back_is_used_again(concurrency: int) -> None:
    begun = time.monotonic()

    def before(request: ExtractionRequest) -> None:
        if time.monotonic() - begun < 0.4:
            refuses(request)

    components = parts(Asked(before=before, remote=True), breaker_patience=60, concurrency=concurrency)
    found = Counter(codes(components, 60))
    assert found["written"] > 30
    assert found["backend-unavailable"] == 60 - found["written"]


@pytest.mark.usefixtures("impatient")
def test_documents_that_dont_need_it_go_on() -> None:
    """English goes to the backend that is down, Vietnamese doesn't."""
    down, local = Asked(before=refuses, name="down", remote=True), Asked(name="local")
    components = parts(down, local, breaker_patience=0.0)
    rules = (
        Rule(language="vi", schema_name="chemical-disease", extractors=("local",)),
        Rule(schema_name="chemical-disease", extractors=("down",)),
    )
    routed = components.settings.model_copy(update={"rules": rules, "schema_name": None, "extractors": ()})
    components = replace(components, settings=routed)
    mixed = (
        Document(id=str(number), text="Nothing to see.", language="vi" if number % 10 == 9 else "en")
        for number in range(200)
    )
    control = RunControl()
    found = Counter(report.status for report in run_corpus(mixed, components, control=control))
    assert (found["written"], found["failed"], control.ended) == (20, 180, None)


@pytest.mark.usefixtures("impatient")
def test_a_backend_that_is_down_doesnt_hand_over_to_the_next_of_the_ladder() -> None:
    components = parts(Asked(before=refuses, name="down", remote=True), Asked(name="local"), breaker_failures=1)
    with pytest.raises(BackendUnavailableError):
        read_document(next(documents(1)), components)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_asked_to_stop_it_finishes_what_is_in_progress(concurrency: int) -> None:
    control = RunControl()
    begun: list[str] = []
    before_it: list[int] = []

    def before(request: ExtractionRequest) -> None:
        begun.append(request.document_id)
        if request.document_id == "d010":
            control.stop()
            before_it.append(len(begun))
        time.sleep(0.02)

    found = codes(parts(Asked(before=before), concurrency=concurrency), 200, control)
    assert found == ["written"] * len(begun)
    assert len(begun) < before_it[0] + concurrency
    assert control.ended == "stopped"


@pytest.mark.usefixtures("impatient")
def test_a_run_that_waits_for_a_backend_can_be_stopped() -> None:
    control = RunControl()
    components = parts(Asked(before=refuses, remote=True), breaker_patience=600)
    timer = threading.Timer(0.5, control.stop)
    timer.start()
    codes(components, 10_000, control)
    timer.join()
    assert control.ended == "stopped"
