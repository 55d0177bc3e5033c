"""Copies hold the same graph, go on where they stopped, and take nothing away."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.graph_store import Failure, GraphStore
from kg_builder.graphs import copying
from kg_builder.graphs.copying import Copied, copy
from kg_builder.records import Concept, Document, DocumentGraph, Mention, Selection
from kg_builder.stores import open_store
from kg_builder.stores.export import export
from kg_builder.stores.views import RunRecord

DRUG = Concept(id="MESH:D001241", name="Aspirin", type="Chemical")
CLASS = Concept(id="MESH:D000894", name="Anti-Inflammatory Agents", type="Chemical", xrefs=("UMLS:C0003211",))
Run = Callable[..., subprocess.CompletedProcess[str]]


def part(document_id: str, text: str = "Gave aspirin.") -> DocumentGraph:
    start = text.index("aspirin")
    mention = Mention(start=start, end=start + 7, text="aspirin", type="CHEMICAL", concepts=(DRUG.id,))
    selection = Selection(schema_name="chemical-disease", extractors=("lexicon",), language="en", reason="asked for")
    document = Document(id=document_id, text=text)
    return DocumentGraph(
        document=document, selection=selection, settings_hash="s1", mentions=(mention,), concepts=(DRUG,)
    )


@pytest.fixture
def source(tmp_path: Path) -> GraphStore:
    """Three documents, a failed one, a run and a hierarchy."""
    store = open_store(tmp_path / "source.kg")
    for name in ("a", "b", "c"):
        store.write(part(name))
    store.fail(Failure("d", "timed-out", "took too long", state="f00d", attempts=2))
    store.record_run(RunRecord(id="r", started=dt.datetime(2024, 1, 1, tzinfo=dt.UTC), settings_hash="s1", read=4))
    store.roll_up({DRUG.id: [CLASS.id]}, [CLASS])
    return store


def exported(store: GraphStore, folder: Path, name: str) -> bytes:
    export(store, folder / f"{name}.json")
    return (folder / f"{name}.json").read_bytes()


def test_a_copy_is_the_same_graph(source: GraphStore, tmp_path: Path) -> None:
    target = open_store(tmp_path / "target.kg")
    done = copy(source, target)
    assert done == Copied(documents=3, written=3, failures=1, runs=1, hierarchy=True)
    assert exported(target, tmp_path, "target") == exported(source, tmp_path, "source")
    assert list(target.parts()) == list(source.parts())
    assert list(target.failures()) == list(source.failures())
    assert target.runs() == source.runs()
    assert copy(source, target) == Copied(documents=3, unchanged=3, failures=1, runs=1, hierarchy=False)


def test_a_copy_cut_short_goes_on(source: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "TOGETHER", 2)
    target = open_store(tmp_path / "target.kg")

    def stop(tally: Copied) -> None:
        if tally.documents == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(source, target, on_documents=stop)
    done = copy(source, target)
    assert (done.written, done.unchanged) == (1, 2)
    assert exported(target, tmp_path, "target") == exported(source, tmp_path, "source")


def test_what_changed_is_replaced_and_what_is_there_besides_stays(source: GraphStore, tmp_path: Path) -> None:
    target = open_store(tmp_path / "target.kg")
    for own in (part("b", "No aspirin."), part("own")):
        target.write(own)
    above = Concept(id="MESH:D000700", name="Analgesics", type="Chemical")
    target.roll_up({DRUG.id: [above.id]}, [above])
    done = copy(source, target)
    assert (done.written, done.replaced) == (3, 1)
    assert [document.id for document in target.documents()] == ["a", "b", "c", "own"]
    assert target.document_text("b") == "Gave aspirin."
    drug = target.concept(DRUG.id)
    assert drug is not None
    assert drug.broader == (above.id, CLASS.id)


def test_a_document_that_failed_in_the_target_alone_is_no_failure_any_more(source: GraphStore, tmp_path: Path) -> None:
    target = open_store(tmp_path / "target.kg")
    target.write(part("a"))
    target.fail(Failure("a", "timed-out"))
    done = copy(source, target)
    assert (done.written, done.unchanged) == (2, 1)
    assert [failure.document_id for failure in target.failures()] == ["d"]


def test_the_command(source: GraphStore, kg_builder_command: Run, tmp_path: Path) -> None:
    source.close()
    shown = kg_builder_command("copy", "source.kg", "target.kg").stdout
    assert "3 documents = 3 written + 0 unchanged" in shown
    again = json.loads(kg_builder_command("copy", "source.kg", "target.kg", "--json").stdout)
    assert (again["written"], again["unchanged"], again["hierarchy"]) == (0, 3, False)
    assert "onto itself" in kg_builder_command("copy", "source.kg", "./source.kg", expect=2).stderr
    kg_builder_command("copy", "absent.kg", "new.kg", expect=3)
    assert not (tmp_path / "new.kg").exists()


def test_the_command_for_a_bulk_import(source: GraphStore, kg_builder_command: Run, tmp_path: Path) -> None:
    source.close()
    shown = kg_builder_command("copy", "source.kg", "files", "--bulk").stdout
    assert "neo4j-admin database import full --nodes=files/documents-header.csv,files/documents.csv" in shown
    assert "cypher-shell --file files/after-import.cypher" in shown
    assert (tmp_path / "files" / "documents-header.csv").read_text().startswith("id:ID(Document),sha256:string,")
    assert (tmp_path / "files" / "documents.csv").read_text().count("\n") == 3
