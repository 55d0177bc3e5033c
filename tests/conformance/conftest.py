"""Stores under test, and parts to put into them: own sample texts, and arbitrary ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from kg_builder.graph_store import GraphStore
from kg_builder.records import (
    Assertion,
    Attribute,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Issue,
    Mention,
    Metadata,
    Provenance,
    Reject,
    Relation,
    Selection,
)
from kg_builder.stores import open_store
from tests.neo4j.fixtures import DATABASES, RELEASES, wipe

MakeStore = Callable[[], GraphStore]
MakePart = Callable[..., DocumentGraph]

LEXICON = Provenance(extractor="lexicon", model="sample 1", settings_hash="s1")
SELECTION = Selection(schema_name="chemical-disease", extractors=("lexicon",), language="en", reason="asked for")
CONCEPTS = {
    "aspirin": Concept(id="MESH:D001241", name="Aspirin", type="Chemical", synonyms=("ASA",), xrefs=("CHEBI:15365",)),
    "warfarin": Concept(id="MESH:D014859", name="Warfarin", type="Chemical"),
    "bleeding": Concept(id="MESH:D006470", name="Hemorrhage", type="Disease"),
    "stroke": Concept(id="MESH:D020521", name="Stroke", type="Disease"),
    "blue spells": Concept(id="local:blue-spells", name="blue spells", type="Disease", linked=False),
}


KINDS = ("networkx-file", "networkx-memory", *(pytest.param(name, marks=pytest.mark.neo4j) for name in RELEASES))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The newest server gets the tests that are written out; the drawn ones would take another minute there."""
    left_out = [item for item in items if _is_drawn(item) and "neo4j-newest" in _kinds(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _is_drawn(item: pytest.Item) -> bool:
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False) is True


def _kinds(item: pytest.Item) -> list[object]:
    return [*item.callspec.params.values()] if hasattr(item, "callspec") else []


@pytest.fixture(scope="session", params=KINDS)  # of the session: the tests of one kind run one after another
def store_kind(request: pytest.FixtureRequest) -> str:
    """What the stores under test keep their graphs in."""
    kind: str = request.param
    return kind


@pytest.fixture
def make_store(store_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeStore]:
    """Makes empty stores of one kind; all are closed at the end. Of those on a server only the last two are there."""
    made: list[GraphStore] = []
    uris: list[str] = []
    if store_kind in RELEASES:
        uris = request.getfixturevalue("neo4j_servers").uris(RELEASES[store_kind])

    def make() -> GraphStore:
        made.append(open_store(place()))
        return made[-1]

    def place() -> str | Path:
        if not uris:
            return ":memory:" if store_kind == "networkx-memory" else tmp_path / f"{len(made)}.kg"
        if len(made) >= len(uris):
            if len(uris) < DATABASES:
                pytest.skip("needs a second database")
            made[-len(uris)].close()
        wipe(uri := uris[len(made) % len(uris)])
        return uri

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: MakeStore) -> GraphStore:
    """An empty store."""
    return make_store()


@pytest.fixture
def make_part() -> MakePart:
    """Builds parts from sentences in which concepts of `CONCEPTS` stand by their name in lower case."""
    return sample_part


def sample_part(
    document_id: str,
    text: str,
    *relations: tuple[str, str, str],
    assertion: Assertion = Assertion.PRESENT,
    confidence: float | None = None,
    settings_hash: str = "s1",
    concepts: dict[str, Concept] = CONCEPTS,
    **metadata: object,
) -> DocumentGraph:
    """A part with a mention a known name, and the relations given as (name, predicate, name)."""
    found = [name for name in concepts if name in text]
    mentions = tuple(
        Mention(
            start=text.index(name),
            end=text.index(name) + len(name),
            text=name,
            type=concepts[name].type.upper(),
            concepts=(concepts[name].id,),
            assertion=assertion,
            confidence=confidence,
            provenance=LEXICON,
        )
        for name in found
    )
    spans = {name: (mention.start, mention.end) for name, mention in zip(found, mentions, strict=True)}
    return DocumentGraph(
        document=Document(id=document_id, text=text, metadata=Metadata.model_validate(metadata)),
        selection=SELECTION,
        settings_hash=settings_hash,
        mentions=mentions,
        concepts=tuple(concepts[name] for name in found),
        relations=tuple(
            Relation(
                subject=concepts[subject].id,
                predicate=predicate,
                object=concepts[object_].id,
                evidence=(Evidence(sentence=(0, len(text)), subject=spans[subject], object=spans[object_]),),
                assertion=assertion,
                confidence=confidence,
                provenance=LEXICON,
            )
            for subject, predicate, object_ in relations
        ),
    )


@st.composite
def parts(draw: st.DrawFn, document_ids: st.SearchStrategy[str] | None = None) -> DocumentGraph:
    """Any part that the records allow, over few enough concepts that documents share them."""
    document = draw(_documents(_IDS if document_ids is None else document_ids))
    concepts = draw(st.lists(_concepts(), max_size=4, unique_by=lambda concept: concept.id))
    ids = [concept.id for concept in concepts]
    has_text = len(document.text) > 0
    mentions = draw(st.lists(_mentions(document.text, ids), max_size=5)) if ids and has_text else []
    relations = draw(st.lists(_relations(document.text, ids), max_size=4)) if ids and has_text else []
    return DocumentGraph(
        document=document,
        selection=draw(_SELECTIONS),
        settings_hash=draw(st.sampled_from(["s1", "s2"])),
        cleaning=draw(_cleanings(len(document.text))),
        mentions=tuple(mentions),
        attributes=tuple(draw(st.lists(_attributes(document.text), max_size=2)) if has_text else []),
        concepts=tuple(concepts),
        relations=tuple(relations),
        rejects=tuple(draw(st.lists(_REJECTS, max_size=2))),
    )


@pytest.fixture
def part_strategy() -> Callable[..., st.SearchStrategy[DocumentGraph]]:
    """`parts`, for tests that draw them."""
    return parts


_NO_SURROGATES = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
_IDS = st.text(_NO_SURROGATES, min_size=1, max_size=8)
_WORDS = st.text(max_size=6)
_SCALARS = st.one_of(_WORDS, st.integers(), st.booleans(), st.floats(allow_nan=False))
_CONFIDENCES = st.one_of(st.none(), st.floats(0, 1))
_PROVENANCES = st.builds(
    Provenance,
    extractor=st.sampled_from(["lexicon", "classifier"]),
    model=st.sampled_from([None, "sample 1"]),
    settings_hash=st.sampled_from(["", "s1"]),
)
_SELECTIONS = st.builds(
    Selection,
    schema_name=st.just("chemical-disease"),
    extractors=st.just(("lexicon",)),
    language=st.sampled_from(["en", "vi", "und"]),
    reason=_WORDS,
)
_ISSUES = st.builds(Issue, code=st.sampled_from(["not-in-text", "duplicate"]), message=_WORDS)
_REJECTS = st.builds(
    Reject,
    kind=st.sampled_from(["mention", "relation", "answer"]),
    text=st.one_of(st.none(), _WORDS),
    issues=st.lists(_ISSUES, min_size=1, max_size=2).map(tuple),
)


def _cleanings(length: int) -> st.SearchStrategy[tuple[tuple[int, int, str], ...]]:
    places = st.lists(st.integers(0, length), max_size=6).map(sorted)
    return st.tuples(places, st.text(max_size=3)).map(
        lambda drawn: tuple((start, end, drawn[1]) for start, end in zip(drawn[0][::2], drawn[0][1::2], strict=False))
    )


def _documents(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Document]:
    metadata = st.builds(
        Metadata,
        patient=st.sampled_from([None, "p1", "p2"]),
        encounter=st.one_of(st.none(), _WORDS),
        date=st.one_of(st.none(), st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1))),
        kind=st.sampled_from([None, "abstract", "note"]),
        source=st.one_of(st.none(), _WORDS),
        tags=st.lists(st.sampled_from(["a", "b", "ü"]), max_size=3).map(tuple),
        extra=st.dictionaries(_WORDS, _SCALARS, max_size=2),
    )
    language = st.sampled_from([None, "en", "vi"])
    return st.builds(Document, id=ids, text=st.text(max_size=40), metadata=metadata, language=language)


def _concepts() -> st.SearchStrategy[Concept]:
    return st.builds(
        Concept,
        id=st.sampled_from(["MESH:D1", "MESH:D10", "MESH:D2", "local:ho", "local:đau-đầu"]),
        name=st.sampled_from(["Aspirin", "aspirin", "ho"]),
        type=st.sampled_from(["Chemical", "Disease"]),
        linked=st.booleans(),
        synonyms=st.lists(_WORDS, max_size=2).map(tuple),
        xrefs=st.lists(st.sampled_from(["UMLS:C1", "CHEBI:2"]), max_size=2).map(tuple),
    )


def _spans(length: int) -> st.SearchStrategy[tuple[int, int]]:
    ends = st.lists(st.integers(0, length), min_size=2, max_size=2, unique=True)
    return ends.map(lambda pair: (min(pair), max(pair)))


@st.composite
def _mentions(draw: st.DrawFn, text: str, ids: list[str]) -> Mention:
    start, end = draw(_spans(len(text)))
    return Mention(
        start=start,
        end=end,
        text=text[start:end],
        type=draw(st.sampled_from(["DRUG", "DISEASE"])),
        confidence=draw(_CONFIDENCES),
        assertion=draw(st.sampled_from(Assertion)),
        fragments=draw(st.sampled_from([(), ((start, start + 1), (end - 1, end))])),
        clean_text=draw(st.one_of(st.none(), _WORDS)),
        section=draw(st.one_of(st.none(), _WORDS)),
        concepts=tuple(draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3))),
        provenance=draw(_PROVENANCES),
    )


@st.composite
def _attributes(draw: st.DrawFn, text: str) -> Attribute:
    start, end = draw(_spans(len(text)))
    mention = draw(st.one_of(st.none(), _spans(len(text))))
    value = draw(st.sampled_from([{}, {"kind": "dose", "number": 5, "unit": "mg"}, {"low": 0.5, "flag": "cao"}]))
    return Attribute(start=start, end=end, text=text[start:end], type="DOSE", mention=mention, value=value)


def _relations(text: str, ids: list[str]) -> st.SearchStrategy[Relation]:
    spans = _spans(len(text))
    evidence = st.builds(Evidence, sentence=spans, subject=spans, object=spans, cue=st.one_of(st.none(), _WORDS))
    return st.builds(
        Relation,
        subject=st.sampled_from(ids),
        predicate=st.sampled_from(["INDUCES", "TREATS"]),
        object=st.sampled_from(ids),
        evidence=st.lists(evidence, min_size=1, max_size=2).map(tuple),
        confidence=_CONFIDENCES,
        assertion=st.sampled_from(Assertion),
        provenance=_PROVENANCES,
    )


@pytest.fixture
def filled(store: GraphStore, make_part: MakePart) -> GraphStore:
    """Four small documents."""
    store.write(
        make_part(
            "n1",
            "Gave aspirin; then bleeding.",
            ("aspirin", "INDUCES", "bleeding"),
            patient="p1",
            kind="note",
            date="2024-01-05",
            tags=("ward", "night"),
            extra={"beds": 3, "urgent": True, "bay": "7", "share": 0.5},
            confidence=0.9,
        )
    )
    store.write(
        make_part(
            "n2",
            "The aspirin caused bleeding, warfarin too.",
            ("aspirin", "INDUCES", "bleeding"),
            ("warfarin", "INDUCES", "bleeding"),
            patient="p2",
            date="2024-03-01",
            confidence=0.4,
        )
    )
    store.write(make_part("n3", "No stroke under warfarin.", ("warfarin", "INDUCES", "stroke"), assertion="negated"))
    store.write(make_part("n4", "We use warfarin against stroke.", ("warfarin", "TREATS", "stroke"), kind="note"))
    return store
