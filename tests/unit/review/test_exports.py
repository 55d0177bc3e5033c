"""Every export says what people decided, and leaves out what they rejected unless it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_builder.graph_store import GraphStore
from kg_builder.review import Verdict, decision_on, items_of
from kg_builder.stores import open_store
from kg_builder.stores.export import FORMATS, export
from kg_builder.stores.views import EVERYTHING
from tests.conformance.conftest import sample_part

TEXT = "Gave aspirin; then bleeding, and a stroke under warfarin."


@pytest.fixture
def store() -> Iterator[GraphStore]:
    """What aspirin does is accepted, what warfarin does rejected."""
    opened = open_store(":memory:")
    relations = (("aspirin", "INDUCES", "bleeding"), ("warfarin", "INDUCES", "stroke"))
    opened.write(sample_part("d", TEXT, *relations))
    for item in items_of(opened.part("d"), []):
        drug = getattr(item.reading, "subject", None) or getattr(item.reading, "text", "")
        if drug in {"MESH:D001241", "aspirin", "bleeding"}:
            opened.decide([decision_on(item, Verdict.ACCEPTED, by="mai")])
        elif drug in {"MESH:D014859", "stroke"}:
            opened.decide([decision_on(item, Verdict.REJECTED, by="mai")])
    yield opened
    opened.close()


def written(store: GraphStore, folder: Path, name: str, **given: object) -> bytes:
    files = export(store, folder / f"g{FORMATS[name].suffix}", format=name, **given).files  # type: ignore[arg-type]
    return b"".join(file.read_bytes() for file in files)


@pytest.mark.parametrize("name", FORMATS)
def test_the_status_is_in_every_format(store: GraphStore, tmp_path: Path, name: str) -> None:
    content = written(store, tmp_path, name)
    assert b"accepted" in content
    assert b"rejected" not in content
    assert b"D014859" in content, "its mention stands, though not what it does"


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "fhir"])
def test_what_was_rejected_is_exported_only_when_asked_for(store: GraphStore, tmp_path: Path, name: str) -> None:
    assert b"rejected" in written(store, tmp_path, name, where=EVERYTHING)


def test_kgx_says_that_a_person_validated_what_was_accepted(store: GraphStore, tmp_path: Path) -> None:
    assert b"manual_validation_of_automated_agent" in written(store, tmp_path, "kgx")


def test_the_graph_in_memory_has_it_on_its_edges(store: GraphStore) -> None:
    edges = store.graph.edges(data=True)  # type: ignore[attr-defined]
    found = {(edge["predicate"], edge.get("review", "unreviewed")) for _, _, edge in edges}
    assert found == {
        ("INDUCES", "accepted"),
        ("INDUCES", "rejected"),
        ("MENTIONS", "accepted"),
        ("MENTIONS", "rejected"),
        ("MENTIONS", "unreviewed"),
    }
