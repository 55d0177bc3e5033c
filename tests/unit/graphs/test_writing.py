"""Documents that are read one by one and written together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest

from kg_builder.errors import KeyRefusedError, StoreError
from kg_builder.graph_store import GraphStore, WriteResult
from kg_builder.graphs import writing
from kg_builder.graphs.corpus import run_corpus
from kg_builder.records import DocumentGraph
from kg_builder.stores.networkx_store import NetworkxStore
from tests.unit.graphs.test_attempts import Reader, documents, parts, raises

NAMES = [f"d{number}" for number in range(10)]


class Watched(NetworkxStore):
    """Remembers how many documents were written at a time; there are some that it can't write."""

    refused: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.batches: list[int] = []

    def write_many(self, parts: Iterable[DocumentGraph]) -> Sequence[WriteResult]:
        parts = list(parts)
        if any(part.document.id in self.refused for part in parts):
            raise ValueError("no value for a database")
        self.batches += [len(parts)] if parts else []
        return super().write_many(parts)


@pytest.fixture
def store() -> Iterator[Watched]:
    store = Watched()
    yield store
    store.close()


def there(store: GraphStore) -> set[str]:
    return {document.id for document in store.documents()}


def test_what_is_read_quickly_is_written_together(store: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST", 4)
    monkeypatch.setattr(writing, "LONGEST_WAIT", 60.0)
    for report in run_corpus(documents(*NAMES), parts(store, Reader())):
        assert report.document_id in there(store)
        assert (report.status, report.graph, "write" in report.seconds) == ("written", None, True)
    assert store.batches == [4, 4, 2]


def test_what_is_read_slowly_does_not_wait(store: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LONGEST_WAIT", 0.0)
    assert len(list(run_corpus(documents(*NAMES), parts(store, Reader())))) == len(NAMES)
    assert store.batches == [1] * len(NAMES)


def test_one_that_cannot_be_written_fails_alone(store: Watched) -> None:
    store.refused = frozenset({"d3"})
    reports = list(run_corpus(documents(*NAMES), parts(store, Reader())))
    assert [report.document_id for report in reports] == NAMES
    assert [report.document_id for report in reports if report.status == "failed"] == ["d3"]
    assert there(store) == set(NAMES) - {"d3"}
    assert [(failure.document_id, failure.code) for failure in store.failures()] == [("d3", "internal-error")]


@pytest.mark.parametrize("error", [StoreError("disk full"), KeyRefusedError("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("concurrency", [1, 3])
def test_what_was_read_is_written_when_the_run_breaks_off(
    store: Watched, error: BaseException, concurrency: int
) -> None:
    components = parts(store, Reader(faults={"d9": raises(error)}), concurrency=concurrency)
    with pytest.raises(type(error)):
        list(run_corpus(documents(*NAMES), components))
    assert there(store) == set(NAMES) - {"d9"}


def test_a_refused_key_is_no_fault_of_a_document(store: Watched) -> None:
    with pytest.raises(KeyRefusedError):
        list(run_corpus(documents(*NAMES), parts(store, Reader(faults={"d0": raises(KeyRefusedError("no"))}))))
    assert list(store.failures()) == []
