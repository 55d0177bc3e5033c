"""The library as a user calls it, and what it promises about privacy."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import networkx
import pytest
from langchain_core.documents import Document as LangChainDocument

from kg_builder import Document, Metadata, abuild, build, open_store
from kg_builder.clean.alignment import CleanText, Edit
from kg_builder.graphs.components import make_components
from kg_builder.graphs.corpus import run_corpus
from kg_builder.protocols import Extraction, ExtractionRequest
from kg_builder.settings import Settings
from kg_builder.testing import ScriptedExtractor

SENTENCE = "Cisplatin induced acute kidney injury."


def test_three_lines_give_a_graph_with_evidence() -> None:
    built = build([SENTENCE])
    assert isinstance(built.graph, networkx.MultiDiGraph)
    relation = next(iter(built.store.relations()))
    assert (relation.subject, relation.predicate, relation.object) == ("MESH:D002945", "INDUCES", "MESH:D058186")
    assert relation.evidence[0].sentence_text == SENTENCE
    assert relation.evidence[0].subject_text == "Cisplatin"


def test_what_was_read_in_the_place_of_a_note_is_kept() -> None:
    note = Document(id="n", text="pt c/o  SOB since 2/52.", language="en")
    plain = Document(id="p", text=SENTENCE)
    store = build([note, plain]).store
    edits = (Edit(*edit) for edit in store.part("n").cleaning)
    assert CleanText.unchanged(note.text).apply(edits).text == "patient complains of shortness of breath since 2 weeks."
    assert store.part("p").cleaning == ()


def test_texts_documents_paths_and_langchain_documents_go_in(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(SENTENCE)
    sources: list[str | Path | Document | LangChainDocument] = [
        SENTENCE,
        Document(id="mine", text=SENTENCE, metadata=Metadata(patient="p1", tags=("ward-3",))),
        tmp_path / "note.txt",
        LangChainDocument(page_content=SENTENCE, id="theirs", metadata={"source": "kept.pdf", "page": 3}),
    ]
    built = build(sources)
    views = {view.id: view for view in built.store.documents()}
    assert {"mine", "note.txt", "theirs"} < set(views)
    assert views["mine"].metadata.patient == "p1"
    assert views["theirs"].metadata.source == "kept.pdf"
    assert views["theirs"].metadata.extra["page"] == 3


def test_the_pages_of_one_file_are_documents_of_their_own() -> None:
    pages = [
        LangChainDocument(page_content=f"{SENTENCE} Page {number}.", metadata={"source": "a.pdf"}) for number in (1, 2)
    ]
    assert build(pages).run.written == 2


def test_one_document_alone_is_as_good_as_a_list() -> None:
    assert build(SENTENCE).run.written == 1
    assert build(LangChainDocument(page_content=SENTENCE)).run.written == 1


def test_asynchronous_callers(tmp_path: Path) -> None:
    built = asyncio.run(abuild([SENTENCE], store=tmp_path / "g.kg"))
    built.store.close()
    assert open_store(str(tmp_path / "g.kg"), read_only=True).statistics().relations == 1


@pytest.mark.parametrize("workers", [1, 4])
def test_order_and_concurrency_do_not_change_the_graph(tmp_path: Path, workers: int) -> None:
    from kg_builder.stores.export import export

    texts = {f"d{number}": f"{SENTENCE} Heparin induced thrombocytopenia in case {number}." for number in range(30)}
    documents = [Document(id=name, text=text) for name, text in texts.items()]
    exports = []
    for number, given in enumerate((documents, documents[::-1])):
        built = build(given, store=tmp_path / f"{number}.kg", settings=Settings(concurrency=workers))
        target = tmp_path / f"{number}.json"
        export(built.store, target)
        exports.append(target.read_bytes())
    assert exports[0] == exports[1]


def test_a_generator_is_read_as_it_goes() -> None:
    """Ten thousand documents wait; only the first windows are fetched before the first report."""
    fetched = 0

    def endless() -> Iterator[Document]:
        nonlocal fetched
        for number in range(10_000):
            fetched += 1
            yield Document(id=str(number), text=SENTENCE)

    reports = run_corpus(endless(), make_components(Settings()))
    next(reports)
    assert fetched <= 256


def test_an_unforeseen_fault_fails_its_document_only_and_quotes_no_text(caplog: pytest.LogCaptureFixture) -> None:
    secret = "Cisplatin induced nausea in Zbigniew."

    class Broken(ScriptedExtractor):
        def extract(self, request: ExtractionRequest) -> Extraction:
            if "Zbigniew" in request.text:
                raise RuntimeError(f"cannot handle {request.text}")
            return super().extract(request)

    parts = replace(make_components(Settings(extractors=("lexicon",))), extractors={"lexicon": Broken([[]])})
    documents = [Document(id="a", text=SENTENCE), Document(id="bad", text=secret), Document(id="b", text=SENTENCE)]
    with caplog.at_level(logging.DEBUG):
        reports = list(run_corpus(documents, parts))
    assert [report.status for report in reports] == ["written", "failed", "written"]
    assert (failure := reports[1].failure) is not None
    assert (failure.document_id, failure.code, failure.message) == ("bad", "internal-error", "RuntimeError")
    assert "Zbigniew" not in caplog.text


def test_a_users_check_that_breaks_fails_its_document_only_and_is_named(caplog: pytest.LogCaptureFixture) -> None:
    def broken(item: object, document: Document, schema: object) -> None:
        if document.id == "bad":
            raise RuntimeError(f"cannot handle {document.text}")

    secret = "Cisplatin induced nausea in Zbigniew."
    with caplog.at_level(logging.DEBUG):
        built = build(
            [Document(id="a", text=SENTENCE), Document(id="bad", text=secret), Document(id="b", text=SENTENCE)],
            checks=(broken,),
        )
    assert (built.run.written, built.run.failed) == (2, 1)
    failure = next(iter(built.store.failures()))
    assert (failure.document_id, failure.code) == ("bad", "check-failed")
    assert "broken" in failure.message
    assert "Zbigniew" not in failure.message
    assert "Zbigniew" not in caplog.text


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[HTTPServer, list[str]]]:
    """A server on loopback that notes every request. One for all tests: LangSmith keeps its first client."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(202)
            self.end_headers()
            self.wfile.write(json.dumps({}).encode())

        do_GET = do_POST  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server, seen
    server.shutdown()
    server.server_close()


def forget_environment() -> None:
    """LangSmith remembers environment variables."""
    from langsmith import utils

    utils.get_env_var.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.enable_socket
@pytest.mark.parametrize("tracing", [False, True])
def test_no_text_leaves_for_langsmith_unless_our_settings_say_so(
    listener: tuple[HTTPServer, list[str]], monkeypatch: pytest.MonkeyPatch, tracing: bool
) -> None:
    from langchain_core.tracers.langchain import get_client, wait_for_all_tracers

    server, seen = listener
    seen.clear()
    for prefix in ("LANGSMITH", "LANGCHAIN"):
        monkeypatch.setenv(f"{prefix}_TRACING", "true")
        monkeypatch.setenv(f"{prefix}_TRACING_V2", "true")
        monkeypatch.setenv(f"{prefix}_API_KEY", "key")
        monkeypatch.setenv(f"{prefix}_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    forget_environment()
    try:
        build([SENTENCE], settings=Settings(tracing=tracing, concurrency=2))
        wait_for_all_tracers()
        get_client().flush()
        assert bool(seen) is tracing
    finally:
        monkeypatch.undo()
        forget_environment()
