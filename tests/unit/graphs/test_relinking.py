"""Linking a graph again: what changes, what a fresh build would give, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.graph_store import GraphStore
from kg_builder.graphs.corpus import run_corpus
from kg_builder.graphs.relinking import relink
from kg_builder.graphs.relinking_part import LinkChange
from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.records import Document
from kg_builder.stores import open_store
from kg_builder.terminology.table import Terminology
from kg_builder.testing import ScriptedExtractor, small_terminology
from tests.unit.graphs.made_up_terms import (
    POOR,
    RETIRED,
    RICH,
    WORDS,
    built,
    components,
    exported,
    relinked,
    row,
    state,
)


@pytest.fixture(scope="module")
def poor() -> Terminology:
    return small_terminology(POOR, release="poor")


@pytest.fixture(scope="module")
def rich() -> Terminology:
    return small_terminology(RICH, release="rich", retired=RETIRED)


TEXTS = (
    "zolpixin gave red spots.",
    "zolpixin gave Spot-Fever.\nThen zolpixin gave red spots.",
    "marbofen gave grey lung.\nNothing else.",
)


def test_what_a_better_terminology_changes(poor: Terminology, rich: Terminology) -> None:
    store = built(poor, TEXTS)
    tally, changes = relinked(store, rich)
    assert [(c.document, c.before[0].id, c.after[0].id, c.reason) for c in changes] == [
        ("d0", "local:Disease/red_spot", "T:6", "linked"),
        ("d1", "T:5", "T:6", "changed"),
        ("d1", "local:Disease/red_spot", "T:6", "linked"),
        ("d2", "T:8", "T:2", "retired"),
    ]
    assert all(store.document_text(c.document)[c.start : c.end] in WORDS for c in changes)
    assert changes[0].how == "exact name"
    assert (tally.documents, tally.documents_changed, tally.mentions) == (3, 3, 8)
    assert tally.described_anew == 2, "zolpixin has a cross-reference now, in two documents"
    assert (tally.relations_before, tally.relations_after) == (4, 3), "two relations of d1 have become one"
    merged = store.relation("T:1", "INDUCES", "T:6")
    assert merged is not None
    assert [(item.document, item.object_text) for item in merged.evidence] == [
        ("d0", "red spots"),
        ("d1", "Spot-Fever"),
        ("d1", "red spots"),
    ]
    assert store.concept("T:5") is None
    assert next(store.relations()).confidence == 0.5


def test_a_worse_terminology_unlinks_and_says_so(poor: Terminology, rich: Terminology) -> None:
    store = built(rich, ["zolpixin gave red spots."])
    _, changes = relinked(store, poor)
    assert [(c.before[0].id, c.after[0].id, c.reason) for c in changes] == [
        ("T:6", "local:Disease/red_spot", "unlinked")
    ]
    view = store.concept("local:Disease/red_spot")
    assert view is not None
    assert not view.linked


_LINES = st.lists(
    st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=3).map(" and ".join), min_size=1, max_size=3
)
_TEXTS = st.lists(_LINES.map(".\n".join), min_size=1, max_size=3)


@settings(max_examples=10, deadline=None)
@given(texts=_TEXTS, rolled_up=st.booleans())
def test_relinking_equals_a_fresh_build_and_goes_back(texts: list[str], rolled_up: bool) -> None:
    poor, rich = _terminologies()
    store, fresh = built(poor, texts, rolled_up=rolled_up), built(rich, texts, rolled_up=rolled_up)
    before, plain = state(store), _plain(store)
    relinked(store, poor)
    assert state(store) == before, "the same terminology changes nothing"
    dry, _ = relinked(store, rich, dry_run=True)
    assert state(store) == before
    wet, _ = relinked(store, rich)
    assert (dry.mentions_changed, dry.relations_after) == (wet.mentions_changed, wet.relations_after)
    assert _plain(store) == _plain(fresh)
    once = state(store)
    relinked(store, rich)
    assert state(store) == once
    store = _undone_after(poor, rich, texts, rolled_up)
    assert state(store) == before
    assert _plain(store) == plain


def _undone_after(poor: Terminology, rich: Terminology, texts: list[str], rolled_up: bool) -> GraphStore:
    store = built(poor, texts, rolled_up=rolled_up)
    relinked(store, rich)
    changed = store.relinked()
    assert store.undo_relinking() == changed
    assert store.undo_relinking() == []
    return store


def _terminologies(made: list[Terminology] = []) -> tuple[Terminology, Terminology]:  # noqa: B006 - made once
    if not made:
        made += [small_terminology(POOR, release="poor"), small_terminology(RICH, release="rich", retired=RETIRED)]
    return made[0], made[1]


def _plain(store: GraphStore) -> list[object]:
    """What exports show of a graph: all but settings hashes, in the file and in memory."""
    graph = store.graph  # type: ignore[attr-defined]
    relations = [view.model_dump_json(exclude=_HASHES) for view in store.relations()]
    mentions = [view.model_dump_json(exclude={"provenance": {"settings_hash"}}) for view in store.mentions()]
    edges = sorted((*edge[:3], sorted(map(str, edge[3].items()))) for edge in graph.edges(keys=True, data=True))
    nodes = sorted((node, sorted(map(str, carried.items()))) for node, carried in graph.nodes(data=True))
    return [list(store.concepts()), list(store.ancestors()), mentions, relations, nodes, edges]


_HASHES = {"evidence": {"__all__": {"provenance": {"settings_hash"}}}}


def test_undoing_gives_the_export_of_before_byte_for_byte(poor: Terminology, rich: Terminology, tmp_path: Path) -> None:
    store = built(poor, TEXTS, rolled_up=True)
    before = exported(store, tmp_path)
    relinked(store, rich)
    assert exported(store, tmp_path) != before
    assert [view.id for view in store.ancestors()] == ["T:90", "T:99"]
    store.undo_relinking()
    assert exported(store, tmp_path) == before


def test_one_that_was_cut_short_goes_on_and_is_undone_as_a_whole(
    poor: Terminology, rich: Terminology, tmp_path: Path
) -> None:
    store = built(poor, TEXTS)
    before = exported(store, tmp_path)

    def stop(change: LinkChange) -> None:
        if change.document == "d1":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        relink(store, components(rich), terminology=rich, on_change=stop)
    assert store.relinked() == ["d0"]
    tally, _ = relinked(store, rich)
    assert tally.resumed == 1
    assert store.relinked() == ["d0", "d1", "d2"]
    store.undo_relinking()
    assert exported(store, tmp_path) == before


def test_the_next_relinking_that_changes_something_can_alone_be_undone(poor: Terminology, rich: Terminology) -> None:
    store = built(poor, TEXTS)
    relinked(store, rich)
    first = list(store.concepts())
    relinked(store, rich)
    assert store.relinked() == ["d0", "d1", "d2"], "one that changed nothing leaves the way back"
    other = small_terminology([*RICH[:-1], row(99, "DISO", "Diseases"), row(7, "DISO", "Grey Lung")], retired=RETIRED)
    relinked(store, other)
    assert list(store.concepts()) != first
    store.undo_relinking()
    assert list(store.concepts()) == first
    relinked(store, poor)
    store.forget_undo()
    assert store.undo_relinking() == []


def test_a_document_read_again_or_forgotten_meanwhile_is_left_alone_by_undoing(
    poor: Terminology, rich: Terminology
) -> None:
    store = built(poor, TEXTS)
    relinked(store, rich)
    changed = Document(id="d0", text="Only grey lung.", language="en")
    assert next(run_corpus([changed], components(rich, store))).status == "written"
    store.forget("d1")
    assert store.undo_relinking() == ["d2"]
    assert store.document_text("d0") == "Only grey lung."
    assert store.concept("T:8") is not None


def test_no_byte_of_a_forgotten_document_is_kept_for_undoing(
    poor: Terminology, rich: Terminology, tmp_path: Path
) -> None:
    path = tmp_path / "graph.kg"
    with open_store(path) as store:
        document = Document(id="d", text="Zebrafishly red spots.", language="en")
        list(run_corpus([document], components(poor, store)))
        relinked(store, rich)
        store.forget("d")
        assert b"red spot" not in path.read_bytes()


def test_the_next_build_reads_again_only_what_relinking_may_have_missed(poor: Terminology, rich: Terminology) -> None:
    texts = ["grey lung and zolpixin", "red spots"]
    store = built(poor, texts)
    relinked(store, rich)
    documents = [Document(id=f"d{number}", text=text, language="en") for number, text in enumerate(texts)]
    assert "written" in [report.status for report in run_corpus(documents, components(rich, store))]
    assert {report.status for report in run_corpus(documents, components(rich, store))} == {"unchanged"}


def test_abbreviations_are_resolved_as_in_a_build(rich: Terminology) -> None:
    text = "Spot fever (SF) is rare. SF came after zolpixin."
    store = open_store(":memory:")
    poor = small_terminology([row(1, "CHEM", "Zolpixin")])
    parts = components(poor, store)
    parts.extractors["words"].extract = lambda request: ScriptedExtractor(  # type: ignore[method-assign]
        [[("Spot fever", "Disease"), ("SF", "Disease"), ("SF", "Disease")]]
    ).extract(request)
    list(run_corpus([Document(id="d", text=text, language="en")], parts))
    _, changes = relinked(store, rich)
    assert [(text[c.start : c.end], c.after[0].id) for c in changes] == [
        ("Spot fever", "T:6"),
        ("SF", "T:6"),
        ("SF", "T:6"),
    ]


def test_links_that_people_gave_stay_but_for_retired_ids(poor: Terminology, rich: Terminology) -> None:
    store = built(poor, ["marbofen gave Spot-Fever and red spots."])
    part = next(store.parts())
    gold = [
        m.model_copy(update={"provenance": m.provenance.model_copy(update={"extractor": "gold"})})
        for m in part.mentions
    ]
    store.write(part.model_copy(update={"mentions": tuple(gold), "settings_hash": "gold"}))
    _, changes = relinked(store, rich)
    assert [(c.before[0].id, c.after[0].id, c.reason) for c in changes] == [
        ("T:8", "T:2", "retired"),
        ("local:Disease/red_spot", "T:6", "linked"),
    ]
    ends = {(relation.subject, relation.object) for relation in next(store.parts()).relations}
    assert ends == {("T:2", "T:5"), ("T:2", "T:6")}


def test_two_ends_that_become_one_concept_leave_the_relation_in_the_ledger(poor: Terminology) -> None:
    store = built(poor, ["zolpixin gave grey lung."])
    odd = small_terminology([row(3, "DISO", "Grey Lung"), row(4, "CHEM", "Zolpixin")])

    class AlwaysTheSame(LinkingNormalizer):
        def normalize(self, text, mentions, schema):  # type: ignore[no-untyped-def]
            links = super().normalize(text, mentions, schema)
            merged = links[0].concepts[0].model_copy(update={"linked": False})
            return [type(link)((merged,)) for link in links]

    parts = components(odd)
    object.__setattr__(parts, "normalizer", AlwaysTheSame(odd))
    tally = relink(store, parts, terminology=odd)
    assert tally.rejected == 1
    assert list(store.relations()) == []
    assert [reject.issues[0].code for _, reject in store.rejects()] == ["same-concept"]
    store.undo_relinking()
    assert len(list(store.relations())) == 1
    assert list(store.rejects()) == []


def test_a_document_that_cannot_be_linked_again_stays_and_is_named(poor: Terminology, rich: Terminology) -> None:
    store = built(poor, TEXTS[:1])
    part = next(store.parts())
    selection = part.selection.model_copy(update={"schema_name": "gone.yaml"})
    store.write(part.model_copy(update={"selection": selection, "settings_hash": "other"}))
    tally, changes = relinked(store, rich)
    assert (list(tally.left), changes) == (["d0"], [])
    assert next(store.parts()).settings_hash == "other"


def test_unknown_names_of_the_same_form_and_type_meet_in_one_concept(poor: Terminology) -> None:
    store = built(poor, ["A grey lung was seen.", "Later grey lung again."])
    view = store.concept("local:Disease/grey_lung")
    assert view is not None
    assert (view.documents, view.mentions, view.linked, view.synonyms_seen) == (2, 2, False, ("grey lung",))
