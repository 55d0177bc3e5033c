"""Documents that fail again and again, and those that end the process, over several runs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import ModelError, StoreError, TransientModelError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.building import run_into
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import DocumentReport, document_of, run_corpus
from kg_builder.graphs.run_control import RunControl
from kg_builder.graphs.state import Output
from kg_builder.protocols import Extraction, ExtractionRequest
from kg_builder.records import Document, DocumentGraph, Selection
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.stores.views import RunRecord
from kg_builder.testing import ScriptedExtractor, TableNormalizer

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NAMES = [f"d{number:02}" for number in range(70)]


class Killed(BaseException):
    """Stands for the end of the process: nothing of the run is done after it."""


@dataclass
class Reader(ScriptedExtractor):
    """Does with a document what is said under its id, and finds nothing in the others."""

    answers: Sequence[Any] = ((),)
    faults: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def extract(self, request: ExtractionRequest) -> Extraction:
        self.asked.append(request.document_id)
        if (fault := self.faults.get(request.document_id)) is not None:
            fault()
        return Extraction()


def raises(error: BaseException) -> Callable[[], None]:
    def fault() -> None:
        raise error

    return fault


@pytest.fixture
def store() -> Iterator[GraphStore]:
    store = open_store(":memory:")
    yield store
    store.close()


def parts(store: GraphStore, reader: Reader, **settings: Any) -> Components:
    return Components(
        settings=Settings(schema_name="chemical-disease", extractors=("reader",), **settings),
        extractors={"reader": reader},
        normalizer=TableNormalizer(),
        schemas={"chemical-disease": builtin_schema("chemical-disease")},
        store=store,
    )


def documents(*names: str, text: str = "Nothing to see.") -> list[Document]:
    return [Document(id=name, text=text, language="en") for name in names]


def run(
    store: GraphStore, reader: Reader, *names: str, text: str = "Nothing to see.", again: bool = False, **settings: Any
) -> tuple[RunRecord, dict[str, DocumentReport]]:
    components = parts(store, reader, **settings)
    control = RunControl(retry_failed=again)
    reports: dict[str, DocumentReport] = {}
    record = run_into(
        store,
        run_corpus(documents(*names, text=text), components, control=control),
        components,
        lambda report: reports.update({report.document_id: report}),
        control=control,
    )
    return record, reports


def code(report: DocumentReport) -> str:
    return report.failure.code if report.failure is not None else report.status


def test_a_document_that_failed_three_times_is_left_out(store: GraphStore) -> None:
    reader = Reader(faults={"bad": raises(ModelError("out of memory"))})
    for expected in (1, 2, 3):
        record, reports = run(store, reader, "bad", "good")
        assert code(reports["bad"]) == "step-failed"
        assert next(iter(store.failures())).attempts == expected
    assert reader.asked.count("bad") == 3
    record, reports = run(store, reader, "bad", "good")
    assert code(reports["bad"]) == "set-aside"
    assert reports["bad"].failure is not None
    assert "step-failed" in reports["bad"].failure.message
    assert reader.asked.count("bad") == 3
    assert (record.failed, record.unchanged, record.failures_by_code) == (1, 1, {"set-aside": 1})
    kept = next(iter(store.failures()))
    assert (kept.code, kept.message, kept.attempts) == ("step-failed", "out of memory", 3)


def test_it_is_tried_again_when_it_changes_or_the_settings_do_or_somebody_asks(store: GraphStore) -> None:
    reader = Reader(faults={"bad": raises(ModelError("out of memory"))})

    def asked(**options: Any) -> int:
        before = len(reader.asked)
        run(store, reader, "bad", document_attempts=1, **options)
        return len(reader.asked) - before

    assert asked() == 1
    assert asked() == 0
    assert asked(text="Another text.") == 1
    assert asked(text="Another text.") == 0
    assert asked(text="Another text.", attempts=1) == 1
    assert asked(text="Another text.", attempts=1, document_timeout=100) == 0
    assert asked(text="Another text.", attempts=1, again=True) == 1
    assert next(iter(store.failures())).attempts == 1


def test_one_that_was_mended_is_written_and_forgotten_in_the_ledger(store: GraphStore) -> None:
    reader = Reader(faults={"bad": raises(ModelError("out of memory"))})
    run(store, reader, "bad", document_attempts=1)
    record, _ = run(store, Reader(), "bad", document_attempts=1, again=True)
    assert record.written == 1
    assert list(store.failures()) == []


@pytest.mark.parametrize("allowed", [False, True])
def test_what_is_no_fault_of_the_document_isnt_counted(store: GraphStore, *, allowed: bool) -> None:
    error = TransientModelError("connection refused")
    reader = Reader(faults={"bad": raises(error)}, remote=True)
    for _ in range(3):
        _, reports = run(store, reader, "bad", document_attempts=1, allow_remote=allowed, breaker_failures=1)
        assert code(reports["bad"]) == ("backend-unavailable" if allowed else "remote-not-allowed")
        assert next(iter(store.failures())).attempts == 0


def test_a_repeated_id_and_an_unreadable_row_are_never_left_out(store: GraphStore) -> None:
    for _ in range(5):
        record, _ = run(store, Reader(), "a", "a")
        assert record.failures_by_code == {"duplicate-id": 1}


def lives(store: GraphStore, names: Sequence[str], killers: Iterable[str], **settings: Any) -> Counter[str]:
    """Run after run, each as far as it gets, until one comes to the end. Answers how often each was read."""
    components = parts(store, Reader(), **settings)
    read: Counter[str] = Counter()

    def read_one(item: Document | GoldDocument, _: Components) -> Output:
        document = document_of(item)
        read[document.id] += 1
        if document.id in killers:
            raise Killed
        selection = Selection(schema_name="s", extractors=("reader",), language="en", reason="")
        part = DocumentGraph(document=document, selection=selection, settings_hash=components.settings_hash)
        return Output(graph=part, result=store.write(part), extracted=0, accepted=0, seconds={})

    for number in range(50):
        control = RunControl()
        begun = RunRecord(id=str(number), started=NOW, settings_hash=components.settings_hash)

        def note(control: RunControl = control, begun: RunRecord = begun) -> None:
            store.record_run(begun.model_copy(update={"in_progress": control.in_progress}))

        control.note = note
        try:
            for _ in run_corpus(documents(*names), components, process=read_one, control=control):
                pass
        except Killed:
            continue
        return read
    raise AssertionError("it never came to the end")


@hypothesis_settings(max_examples=15)
@given(killers=st.sets(st.sampled_from(NAMES), max_size=3), limit=st.integers(1, 3), workers=st.sampled_from([1, 1, 4]))
def test_documents_that_end_the_process_are_set_aside_and_no_others(
    killers: set[str], limit: int, workers: int
) -> None:
    with closing(open_store(":memory:")) as store:
        read = lives(store, NAMES, killers, document_attempts=limit, concurrency=workers)
        failures = {failure.document_id: (failure.code, failure.attempts) for failure in store.failures()}
        assert failures == dict.fromkeys(killers, ("cut-off", limit))
        assert set(store.fingerprints(NAMES)) == set(NAMES) - set(failures)
        assert all(read[name] <= limit + 2 for name in killers)


def test_what_was_in_progress_is_told_by_the_record_of_a_run_that_never_ended(store: GraphStore) -> None:
    seen: list[tuple[str, ...]] = []

    def look() -> None:
        seen.append(store.runs()[-1].in_progress)

    record, _ = run(store, Reader(faults={"b": look}), "a", "b")
    assert len(seen[0]) == 2
    assert (record.in_progress, record.ended) == ((), "finished")
    run(store, Reader(faults={"b": look}), "a", "b")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("error", "ended"), [(KeyboardInterrupt(), "interrupted"), (StoreError("disk full"), "failed")]
)
def test_a_run_that_is_broken_off_says_so(store: GraphStore, error: BaseException, ended: str) -> None:
    with pytest.raises(type(error)):
        run(store, Reader(faults={"b": raises(error)}), "a", "b")
    record = store.runs()[-1]
    assert (record.ended, record.finished, record.written, record.in_progress) == (ended, None, 1, ())
