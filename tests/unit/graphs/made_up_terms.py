"""Two made-up terminologies, parts that find their names and relate them, and graphs made of these."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from kg_builder.graph_store import GraphStore
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import run_corpus
from kg_builder.graphs.relinking import Relinking, relink
from kg_builder.graphs.relinking_part import LinkChange
from kg_builder.graphs.rolling_up import roll_up
from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.protocols import RelationExtraction, RelationRequest
from kg_builder.records import Document, RelationMention
from kg_builder.schema import Schema
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.stores.export import export
from kg_builder.stores.views import EVERYTHING
from kg_builder.terminology.rows import ConceptRow, TermName
from kg_builder.terminology.table import Terminology
from kg_builder.testing import ScriptedExtractor

SCHEMA = builtin_schema("chemical-disease")


def row(number: int, group: str, *names: str, broader: Sequence[str] = (), xrefs: Sequence[str] = ()) -> ConceptRow:
    return ConceptRow(
        f"T:{number}",
        group,
        names[0],
        tuple(TermName(name) for name in names[1:]),
        broader=tuple(broader),
        xrefs=tuple(xrefs),
    )


WORDS = {
    "zolpixin": "Chemical",
    "zolpixine": "Chemical",
    "marbofen": "Chemical",
    "red spots": "Disease",
    "Spot-Fever": "Disease",
    "spot fevers": "Disease",
    "grey lung": "Disease",
}
POOR = [
    row(1, "CHEM", "Zolpixin"),
    row(5, "DISO", "Spot Fever"),
    row(8, "CHEM", "Marbofen (old)", "marbofen"),
    row(90, "DISO", "Skin Diseases"),
]
RICH = [
    row(1, "CHEM", "Zolpixin", "zolpixine", xrefs=("CHEBI:1",)),
    row(2, "CHEM", "Marbofen"),
    row(6, "DISO", "Spotted Illness", "red spots", "spot fever", broader=("T:90",)),
    row(90, "DISO", "Skin Diseases", broader=("T:99",)),
    row(99, "DISO", "Diseases"),
]
RETIRED = {"T:8": "T:2"}


class EveryPair:
    """Each chemical induces each disease of the same line, whatever they are linked to."""

    name = "every-pair"
    model: str | None = None
    deterministic = True
    remote = False

    def predicates(self, schema: Schema) -> frozenset[str]:
        return frozenset({"INDUCES"})

    def relate(self, request: RelationRequest) -> RelationExtraction:
        lines = [0]
        for line in request.text.splitlines(keepends=True):
            lines.append(lines[-1] + len(line))
        found = []
        for start, end in pairwise(lines):
            here = [item for item in request.mentions if start <= item.start < end]
            found += [
                RelationMention(subject=one, predicate="INDUCES", object=other, sentence=(start, end), confidence=0.5)
                for one in here
                for other in here
                if one.type == "Chemical" and other.type == "Disease"
            ]
        return RelationExtraction(found)


class EveryWord(ScriptedExtractor):
    """Finds the words of `WORDS`, all of them."""

    def extract(self, request):  # type: ignore[no-untyped-def]
        self.answers = [[(word, kind) for word, kind in WORDS.items() for _ in range(request.text.count(word))]]
        return super().extract(request)


def components(terminology: Terminology, store: GraphStore | None = None) -> Components:
    extractor = EveryWord([[]], deterministic=True, name="words")
    return Components(
        settings=Settings(schema_name="chemical-disease", extractors=("words",), cleaner="none"),
        extractors={"words": extractor},
        normalizer=LinkingNormalizer(terminology),
        schemas={"chemical-disease": SCHEMA},
        relation_extractor=EveryPair(),
        store=store,
    )


def built(terminology: Terminology, texts: Sequence[str], *, rolled_up: bool = False) -> GraphStore:
    store = open_store(":memory:")
    documents = (Document(id=f"d{number}", text=text, language="en") for number, text in enumerate(texts))
    reports = list(run_corpus(documents, components(terminology, store)))
    assert all(report.status == "written" for report in reports)
    if rolled_up:
        roll_up(store, terminology)
    return store


def relinked(store: GraphStore, terminology: Terminology, **options: bool) -> tuple[Relinking, list[LinkChange]]:
    changes: list[LinkChange] = []
    tally = relink(store, components(terminology), terminology=terminology, on_change=changes.append, **options)
    return tally, changes


def exported(store: GraphStore, folder: Path) -> bytes:
    [path] = export(store, folder / "graph.json").files
    return path.read_bytes()


def state(store: GraphStore) -> list[object]:
    """All that a store holds, fingerprints included."""
    everything = store.statistics(EVERYTHING)
    return [list(store.documents()), list(store.parts()), list(store.concepts()), list(store.ancestors()), everything]
