"""OpenTelemetry spans of a build, one for each step and each model's answer: ids, no text. Needs opentelemetry-sdk."""

from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.trace import Span, Status, StatusCode, Tracer, set_span_in_context

from kg_builder import Document, build


class Spans(BaseCallbackHandler):
    """Opens a span when a step or model begins, and closes it when that ends."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._open: dict[UUID, Span] = {}

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **said: Any) -> None:
        above = self._open.get(said["parent_run_id"])
        span = self._tracer.start_span(said.get("name") or "model", set_span_in_context(above) if above else None)
        if isinstance(inputs, dict) and isinstance(inputs.get("document"), Document):
            span.set_attribute("document", inputs["document"].id)
        self._open[run_id] = span

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **said: Any) -> None:
        self._open.pop(run_id).end()

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **said: Any) -> None:
        span = self._open.pop(run_id)
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))  # its message may quote the text
        span.end()

    def on_chat_model_start(self, serialized: Any, messages: Any, **said: Any) -> None:
        self.on_chain_start(serialized, messages, **said)

    def on_llm_end(self, response: Any, **said: Any) -> None:
        self.on_chain_end(response, **said)

    on_llm_error = on_chain_error


if __name__ == "__main__":
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    handler = Spans(provider.get_tracer("kg_builder"))
    built = build(Document(id="note-1", text="Cisplatin induced acute kidney injury."), callbacks=[handler])
    provider.shutdown()
    print([relation.predicate for relation in built.store.relations()])
