"""Callback handlers that a build is given: LangGraph's events, and OpenTelemetry's spans from them."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from kg_builder.graphs.building import build
from kg_builder.records import Document
from kg_builder.settings import Settings, load_settings

STEPS = {"clean", "select", "extract", "relate", "normalize", "validate", "write"}
TEXT = "Cisplatin caused nausea."
FOUND = json.dumps([{"entity": "Cisplatin", "type": "Chemical"}])
EXAMPLE = Path(__file__).parents[3] / "examples" / "tracing.py"


def settings(**more: Any) -> Settings:
    return load_settings(
        None, **{"schema_name": "chemical-disease", "extractors": ("lexicon",), "relation_extractor": "none"} | more
    )


def documents(count: int) -> list[Document]:
    return [Document(id=f"d{number}", text=TEXT, language="en") for number in range(count)]


class Listening(BaseCallbackHandler):
    """Remembers what began under what."""

    def __init__(self) -> None:
        self.names: dict[UUID, str] = {}
        self.parents: dict[UUID, UUID | None] = {}
        self.errors: list[str] = []

    def on_chain_start(
        self, serialized: Any, inputs: Any, *, run_id: UUID, parent_run_id: UUID | None = None, **said: Any
    ) -> None:
        self.names[run_id], self.parents[run_id] = str(said.get("name")), parent_run_id

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, parent_run_id: UUID | None = None, **said: Any
    ) -> None:
        self.names[run_id], self.parents[run_id] = "model", parent_run_id

    def on_chain_error(self, error: BaseException, **said: Any) -> None:
        self.errors.append(type(error).__name__)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_handler_hears_of_every_step_of_every_document(concurrency: int) -> None:
    listening = Listening()
    build(documents(5), settings=settings(concurrency=concurrency), callbacks=[listening])
    names = list(listening.names.values())
    assert names.count("document") == 5
    assert all(names.count(step) == 5 for step in STEPS)


def test_a_models_answer_is_told_under_the_step_that_asked() -> None:
    listening = Listening()
    model = GenericFakeChatModel(messages=iter([AIMessage(FOUND)]))
    chosen = settings(extractors=("mine",), allow_remote=True)
    build(documents(1), settings=chosen, models={"mine": model}, callbacks=[listening])
    [asked] = [run for run, name in listening.names.items() if name == "model"]
    above = listening.parents[asked]
    assert above is not None
    assert listening.names[above] == "extract"


def test_without_handlers_nobody_hears() -> None:
    assert build(documents(1), settings=settings()).run.written == 1


@pytest.fixture
def spans() -> Any:
    """An exporter that keeps spans, and a provider that gives them to it."""
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter, provider
    provider.shutdown()


def example() -> ModuleType:
    spec = spec_from_file_location("tracing_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_examples_spans_have_ids_and_no_text(spans: Any) -> None:
    exporter, provider = spans
    handler = example().Spans(provider.get_tracer("kg_builder"))
    empty = Document(id="empty", text=" ", language="en")
    build([*documents(2), empty], settings=settings(concurrency=2), callbacks=[handler])
    finished = exporter.get_finished_spans()
    of_documents = {span.attributes["document"]: span for span in finished if span.name == "document"}
    assert set(of_documents) == {"d0", "d1", "empty"}
    whole = of_documents["d0"]
    steps = {span.name for span in finished if span.parent and span.parent.span_id == whole.context.span_id}
    assert steps >= STEPS
    assert of_documents["empty"].status.description == "DocumentError"
    assert "isplatin" not in " ".join(span.to_json() for span in finished)
    assert not handler._open


def test_a_models_answer_has_a_span_under_the_step_that_asked(spans: Any) -> None:
    exporter, provider = spans
    handler = example().Spans(provider.get_tracer("kg_builder"))
    model = GenericFakeChatModel(messages=iter([AIMessage(FOUND)]))
    chosen = settings(extractors=("mine",), allow_remote=True)
    build(documents(1), settings=chosen, models={"mine": model}, callbacks=[handler])
    by_id = {span.context.span_id: span for span in exporter.get_finished_spans()}
    [asked] = [span for span in by_id.values() if span.name in {"model", "GenericFakeChatModel"}]
    assert by_id[asked.parent.span_id].name == "extract"


def test_openinference_traces_the_same_and_can_leave_texts_out(spans: Any) -> None:
    pytest.importorskip("openinference.instrumentation.langchain")
    from openinference.instrumentation import TraceConfig
    from openinference.instrumentation.langchain import LangChainInstrumentor

    exporter, provider = spans
    config = TraceConfig(hide_inputs=True, hide_outputs=True)
    LangChainInstrumentor().instrument(tracer_provider=provider, config=config)
    try:
        build(documents(1), settings=settings())
    finally:
        LangChainInstrumentor().uninstrument()
    finished = exporter.get_finished_spans()
    assert {span.name for span in finished} >= {"document", *STEPS}
    assert "isplatin" not in " ".join(span.to_json() for span in finished)
