"""Decisions in the store's file: across processes, and wiped with their document."""

from __future__ import annotations

from pathlib import Path

from kg_builder.review import Verdict, decision_on, items_of
from kg_builder.stores import open_store
from tests.conformance.conftest import sample_part


def test_another_connection_sees_the_decision_and_forgetting_leaves_no_byte_of_it(tmp_path: Path) -> None:
    path = tmp_path / "g.kg"
    store, reader = open_store(path), open_store(path)
    store.write(sample_part("d", "Gave aspirin for zolpidorin pain."))
    assert [view.review.value for view in reader.mentions()] == ["unreviewed"]
    item = next(items_of(store.part("d"), []))
    store.decide([decision_on(item, Verdict.REJECTED, by="Mai Marbofen", note="a made-up reason")])
    assert [view.review.value for view in reader.mentions()] == ["rejected"]
    assert reader.search("aspirin") == []
    reader.close()
    store.close()
    assert any(b"zolpidorin" in file.read_bytes() for file in tmp_path.iterdir())
    with open_store(path) as again:
        assert [decision.by for decision in again.decisions("d")] == ["Mai Marbofen"]
        again.forget("d")
        assert list(again.decisions()) == []
    for file in tmp_path.iterdir():
        assert not any(word in file.read_bytes() for word in (b"zolpidorin", b"Marbofen", b"made-up"))
