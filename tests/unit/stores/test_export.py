from __future__ import annotations

import csv
import datetime as dt
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.records import (
    Assertion,
    Attribute,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Mention,
    Metadata,
    Provenance,
    Relation,
    Selection,
)
from kg_builder.schemas import builtin_schema
from kg_builder.stores.export import FORMATS, export
from kg_builder.stores.jsonld import CONTEXT, PREFIXES
from kg_builder.stores.networkx_store import NetworkxStore
from kg_builder.stores.views import PLAIN_ASSERTIONS, Filter

HOSTILE = (
    "quote\" and 'apostrophe",
    "tab\tand\nline\r\nbreak\rhere",
    "</script><!-- ]]> & &amp; <b>",
    "control\x01\x0b\x1f\x7f\x00 end",
    "\u202eright to left\u202c مرحبا",
    "half \ud800 pair \ufffe",
    "bars | ; , \\ and =cmd()",
    "sốt xuất huyết 🦟",
)
DOCUMENT_ID = re.compile("[\x00\ud800-\udfff]")
GOOD = Provenance(extractor="lexicon", model="terms 1")


def part(number: int, name: str, *, assertion: Assertion = Assertion.PRESENT, who: Provenance = GOOD) -> DocumentGraph:
    text = f"{name} after zolpixin. 5 mg."
    at = len(name) + 7
    drug = Concept(id="MESH:C999999", name="zolpixin", type="Chemical", xrefs=("CHEBI:1",))
    illness = Concept(id=f"local:Disease/x{number}", name=name, type="Disease", linked=False)
    mentions = (
        Mention(
            start=0,
            end=len(name),
            text=name,
            type="Disease",
            concepts=(illness.id,),
            provenance=who,
            assertion=assertion,
        ),
        Mention(
            start=at,
            end=at + 8,
            text="zolpixin",
            type="Chemical",
            concepts=(drug.id,),
            confidence=0.5,
            section=name,
            fragments=((at, at + 3), (at + 5, at + 8)),
            provenance=who,
        ),
    )
    evidence = Evidence(sentence=(0, at + 9), subject=(at, at + 8), object=(0, len(name)), cue="after")
    relation = Relation(
        subject=drug.id,
        predicate="INDUCES",
        object=illness.id,
        evidence=(evidence,),
        confidence=0.25,
        assertion=assertion,
        provenance=who,
    )
    metadata = Metadata(patient=name, date=dt.date(2024, 2, number), tags=("a;b", name), extra={"ward": 7, name: name})
    return DocumentGraph(
        document=Document(id=f"{number} {DOCUMENT_ID.sub('?', name)}", text=text, metadata=metadata),
        selection=Selection(schema_name="chemical-disease", extractors=("lexicon",), language="en", reason="asked"),
        settings_hash="h",
        mentions=mentions,
        attributes=(
            Attribute(start=at + 10, end=at + 14, text="5 mg", type="Dose", mention=(at, at + 8), provenance=who),
        ),
        concepts=(drug, illness),
        relations=(relation,),
    )


PARTS = [part(number, name) for number, name in enumerate(HOSTILE, start=1)]
DENIED = part(20, "rash", assertion=Assertion.NEGATED)


def store_of(parts: Sequence[DocumentGraph]) -> NetworkxStore:
    store = NetworkxStore(":memory:")
    for item in parts:
        store.write(item)
    return store


@pytest.fixture
def store() -> Iterator[NetworkxStore]:
    with store_of([*PARTS, DENIED]) as opened:
        yield opened


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_tsv(path: Path) -> list[dict[str, str]]:
    header, *rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_node_link_json_reads_back_as_the_graph_in_memory(store: NetworkxStore, tmp_path: Path) -> None:
    [path] = export(store, tmp_path / "graph.json").files
    graph = nx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")
    assert isinstance(graph, nx.MultiDiGraph)
    assert set(graph.nodes) == set(store.graph.nodes)
    assert set(graph.edges(keys=True)) == set(store.graph.edges(keys=True))
    names = {data["name"] for _, data in graph.nodes(data=True) if data["kind"] == "concept"}
    assert names >= set(HOSTILE)
    stated = [data for _, _, data in graph.edges(data=True) if data["predicate"] == "INDUCES"]
    assert {data["assertion"] for data in stated} == {"present", "negated"}
    assert all(data["review"] == "unreviewed" and data["confidence"] == 0.25 for data in stated)
    assert all(data["evidence"][0]["sentence"] == data["sentence"] for data in stated)
    document = next(data for _, data in graph.nodes(data=True) if data["kind"] == "document")
    assert document["attributes"][0]["text"] == "5 mg"


def test_graphml_reads_back_with_the_same_counts_and_legible_names(store: NetworkxStore, tmp_path: Path) -> None:
    [path] = export(store, tmp_path / "graph.graphml").files
    graph = nx.read_graphml(path, force_multigraph=True)
    assert graph.number_of_nodes() == store.graph.number_of_nodes()
    assert graph.number_of_edges() == store.graph.number_of_edges()
    names = {data["name"] for _, data in graph.nodes(data=True) if data["kind"] == "concept"}
    unharmed = {HOSTILE[index] for index in (0, 1, 2, 4, 6, 7)}
    assert names >= unharmed
    assert "control\u2401\u240b\u241f\x7f\u2400 end" in names
    assert "half \ufffd pair \ufffd" in names
    edge = next(data for _, _, data in graph.edges(data=True) if data["predicate"] == "INDUCES")
    assert isinstance(edge["confidence"], float)
    assert json.loads(edge["evidence"])[0]["cue"] == "after"
    mention = next(data for _, _, data in graph.edges(data=True) if data["predicate"] == "MENTIONS")
    assert isinstance(mention["start"], int)


def test_jsonld_uses_only_terms_of_its_own_context(store: NetworkxStore, tmp_path: Path) -> None:
    [path] = export(store, tmp_path / "graph.jsonld").files
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["@context"] == json.loads(json.dumps(CONTEXT))
    items = data["@graph"]
    assert {key for item in items for key in item} <= CONTEXT.keys()
    counts = store.statistics(Filter(assertions=None))
    assert len(items) == counts.documents + counts.concepts + counts.mentions + counts.relations
    ids = {item["id"] for item in items if "id" in item}
    for item in items:
        for end in ("subject", "object", "document", "concept"):
            assert item.get(end) is None or item[end] in ids
    for identifier in ids:
        assert identifier.split(":")[0] in {*PREFIXES, "urn"}
        assert not set(identifier) & set(' "<>\\^`{|}\t\n\0')
    associations = [item for item in items if item["category"] == "biolink:Association"]
    assert sorted(item["negated"] for item in associations) == [False] * len(PARTS) + [True]


def test_neo4j_csv_has_typed_headers_and_every_value(store: NetworkxStore, tmp_path: Path) -> None:
    paths = export(store, tmp_path / "graph.csv").files
    assert [path.name for path in paths] == [
        *("graph_documents.csv", "graph_concepts.csv", "graph_mentions.csv", "graph_relations.csv"),
    ]
    documents, concepts, mentions, relations = (read_csv(path) for path in paths)
    counts = store.statistics(Filter(assertions=None))
    assert (len(documents), len(concepts)) == (counts.documents, counts.concepts)
    assert (len(mentions), len(relations)) == (counts.mentions, counts.relations)
    assert {row["name:string"] for row in concepts} >= {name for name in HOSTILE if "\ud800" not in name}
    assert {row[":LABEL"] for row in concepts} == {"Concept\x1fChemical", "Concept\x1fDisease"}
    known = {row["id:ID(Document)"] for row in documents}
    assert {row[":START_ID(Document)"] for row in mentions} == known
    assert {row[":TYPE"] for row in relations} == {"INDUCES"}
    assert {row["assertion:string"] for row in relations} == {"present", "negated"}
    assert {row["date:date"] for row in documents} >= {"2024-02-01"}
    assert all(row["tags:string[]"].split("\x1f")[0] == "a;b" for row in documents)


def test_the_import_command_names_all_files_and_quotes_them(store: NetworkxStore, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    command = export(store, folder / "g", format="neo4j-csv").command
    assert command is not None
    assert command.startswith("neo4j-admin database import full '--nodes=")
    assert command.count("--nodes=") == command.count("--relationships=") == 2
    assert command.endswith("--array-delimiter=U+001F --multiline-fields=true neo4j")


def test_kgx_has_one_line_a_concept_and_relation(store: NetworkxStore, tmp_path: Path) -> None:
    nodes_path, edges_path = export(store, tmp_path / "graph.tsv").files
    assert (nodes_path.name, edges_path.name) == ("graph_nodes.tsv", "graph_edges.tsv")
    nodes, edges = read_tsv(nodes_path), read_tsv(edges_path)
    assert len(nodes) == len(PARTS) + 2
    assert len(edges) == len(PARTS) + 1
    drug = next(row for row in nodes if row["id"] == "MESH:C999999")
    assert (drug["category"], drug["xref"], drug["name"]) == ("biolink:ChemicalEntity", "CHEBI:1", "zolpixin")
    assert {row["subject"] for row in edges} | {row["object"] for row in edges} <= {row["id"] for row in nodes}
    assert {row["category"] for row in edges} == {"biolink:ChemicalToDiseaseOrPhenotypicFeatureAssociation"}
    assert {row["agent_type"] for row in edges} == {"text_mining_agent"}
    assert [row["negated"] for row in edges].count("true") == 1
    assert len({row["id"] for row in edges}) == len(edges)
    assert all(row["supporting_text"] and row["source_documents"] and not row["publications"] for row in edges)


@pytest.mark.parametrize(
    ("document_id", "publication"),
    [
        ("12345678", "PMID:12345678"),
        ("PMID:123", "PMID:123"),
        ("doi:10.1000/x.1:2", "doi:10.1000/x.1:2"),
        ("note-1.txt", None),
        ("ward 3: note", None),
        ("0012", None),
        ("202401150001", None),
        ("C:\\notes\\1.txt", None),
        ("C:notes.txt", None),
        ("https://example.org/1", None),
    ],
)
def test_kgx_publications_are_curies_only(tmp_path: Path, document_id: str, publication: str | None) -> None:
    one = part(1, "rash")
    with store_of([one.model_copy(update={"document": Document(id=document_id, text=one.document.text)})]) as store:
        [edge] = read_tsv(export(store, tmp_path / "graph.tsv").files[1])
    found = (edge["publications"], edge["source_documents"])
    assert found == (("", document_id) if publication is None else (publication, ""))


def test_kgx_says_that_people_annotated_gold_relations(tmp_path: Path) -> None:
    with store_of([part(1, "rash", who=Provenance(extractor="gold"))]) as store:
        [edge] = read_tsv(export(store, tmp_path / "graph.tsv").files[1])
    assert (edge["knowledge_level"], edge["agent_type"]) == ("knowledge_assertion", "manual_agent")


def test_predicates_mean_what_the_schema_of_their_document_says(tmp_path: Path) -> None:
    own = PARTS[7].model_copy(update={"selection": PARTS[7].selection.model_copy(update={"schema_name": "my-own"})})
    with store_of([PARTS[0], own]) as store:
        edges = read_tsv(export(store, tmp_path / "graph.tsv").files[1])
    induces = builtin_schema("chemical-disease").relation("INDUCES")
    assert induces is not None
    assert sorted(edge["predicate"] for edge in edges) == sorted([induces.biolink, "biolink:related_to"])
    assert {edge["original_predicate"] for edge in edges} == {"INDUCES"}


@pytest.mark.parametrize("format", FORMATS)
def test_equal_graphs_give_equal_bytes_whatever_the_order_of_writing(format: str, tmp_path: Path) -> None:
    contents = []
    for seed in range(3):
        parts = [*PARTS, DENIED]
        random.Random(seed).shuffle(parts)
        with store_of([PARTS[0].model_copy(update={"settings_hash": f"{seed}"}), *parts]) as store:
            folder = tmp_path / str(seed)
            folder.mkdir()
            contents.append([path.read_bytes() for path in export(store, folder / "g", format=format).files])
    assert contents[0] == contents[1] == contents[2]


@pytest.mark.parametrize("format", FORMATS)
def test_a_filter_leaves_a_graph_whose_ends_are_all_there(store: NetworkxStore, format: str, tmp_path: Path) -> None:
    where = Filter(assertions=PLAIN_ASSERTIONS)
    paths = export(store, tmp_path / "plain", format=format, where=where).files
    if format == "json":
        data = json.loads(paths[0].read_text(encoding="utf-8"))
        ids = {node["id"] for node in data["nodes"]}
        assert {edge["source"] for edge in data["edges"]} | {edge["target"] for edge in data["edges"]} <= ids
    denied = {"kgx": b"\tnegated\tunreviewed", "neo4j-csv": b",negated,", "graphml": b">negated<"}
    assert not any(denied.get(format, b'"assertion": "negated"') in path.read_bytes() for path in paths)


@pytest.mark.parametrize(("name", "stem"), [("A.TSV", "A"), ("a.tsv", "a"), ("a.tsv.Tsv", "a.tsv"), ("a.b", "a.b")])
def test_the_suffix_goes_whatever_its_case(store: NetworkxStore, tmp_path: Path, name: str, stem: str) -> None:
    files = export(store, tmp_path / name, format="kgx").files
    assert [path.name for path in files] == [f"{stem}_nodes.tsv", f"{stem}_edges.tsv"]


def test_an_empty_store_gives_readable_files(tmp_path: Path) -> None:
    with store_of([]) as store:
        for known in FORMATS.values():
            export(store, tmp_path / f"empty{known.suffix}")
    assert nx.read_graphml(tmp_path / "empty.graphml").number_of_nodes() == 0
    assert nx.node_link_graph(json.loads((tmp_path / "empty.json").read_text()), edges="edges").number_of_nodes() == 0
    assert json.loads((tmp_path / "empty.jsonld").read_text())["@graph"] == []
    assert read_csv(tmp_path / "empty_relations.csv") == []
    assert read_tsv(tmp_path / "empty_edges.tsv") == []


def test_a_mention_listed_twice_stays_two_edges(tmp_path: Path) -> None:
    one = part(1, "rash")
    with store_of([one.model_copy(update={"mentions": (*one.mentions, one.mentions[0])})]) as store:
        [path] = export(store, tmp_path / "g.json").files
        edges = json.loads(path.read_text(encoding="utf-8"))["edges"]
        found = {(edge["source"], edge["target"], edge["key"]) for edge in edges}
        assert found == set(store.graph.edges(keys=True))


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_left_when_writing_fails(store: NetworkxStore, format: str, tmp_path: Path) -> None:
    for known in FORMATS:
        export(store, tmp_path / f"g-{known}", format=known)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    class Failing:
        """A store that breaks off among the relations."""

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def relations(self, where: Filter | None = None) -> Iterator[Any]:
            yield next(store.relations(where))
            raise RuntimeError("disk on fire")

    failing: Any = Failing()
    with pytest.raises(RuntimeError, match="disk on fire"):
        export(failing, tmp_path / f"g-{format}", format=format)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_unknown_suffixes_formats_and_places_are_said(store: NetworkxStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'\.xlsx'") as caught:
        export(store, tmp_path / "graph.xlsx")
    assert ".graphml (graphml)" in (caught.value.hint or "")
    with pytest.raises(InputError, match="unknown export format 'rdf'"):
        export(store, tmp_path / "graph.json", format="rdf")
    with pytest.raises(InputError, match="can't be written"):
        export(store, tmp_path / "none" / "graph.json")
    with pytest.raises(InputError, match="is a folder"):
        export(store, tmp_path, format="json")


@settings(deadline=None, max_examples=30)
@given(name=st.text(min_size=1, max_size=30))
def test_any_name_survives_every_format(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("names")
    with store_of([part(1, name)]) as store:
        files = {known: export(store, folder / f"g-{known}", format=known).files for known in FORMATS}
    data = json.loads(files["json"][0].read_text(encoding="utf-8"))
    assert name in {node.get("name") for node in data["nodes"]}
    graph = nx.read_graphml(files["graphml"][0], force_multigraph=True)
    assert len(name) in {len(node.get("name", "")) for _, node in graph.nodes(data=True)}
    assert json.loads(files["jsonld"][0].read_text(encoding="utf-8"))["@graph"]
    written = name.encode("utf-8", "replace").decode()
    assert written in {row["name:string"] for row in read_csv(files["neo4j-csv"][1])}
    assert len(read_tsv(files["kgx"][0])) == 2
    assert len(read_tsv(files["kgx"][1])) == 1
