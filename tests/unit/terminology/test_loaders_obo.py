"""OBO and OBO graphs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.terminology.loaders.loading import Loading, write_terminology
from kg_builder.terminology.loaders.obo import Term, add_tag, load_obo
from kg_builder.terminology.loaders.obographs import from_iri
from kg_builder.terminology.loaders.reading import Reading
from kg_builder.terminology.rows import ConceptRow, Tier
from kg_builder.terminology.table import Terminology


def by_id(loading: Loading) -> dict[str, ConceptRow]:
    return {row.id: row for row in loading.rows}


def file(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


OBO = r"""format-version: 1.2
data-version: releases/2031-05-06
ontology: mondo
property_value: terms:license "CC BY 4.0" xsd:string

[Term]
id: MONDO:0000001
name: zork disease ! of the zork
synonym: "zorkitis" EXACT [] {source="X"}
synonym: "chronic \"zork\" disease" NARROW []
synonym: "zork" BROAD ABBREVIATION [X:1]
synonym: "zork trouble" RELATED []
xref: MESH:D012345 {source="MONDO:equivalentTo"}
xref: OMIM:1 {source="MONDO:relatedTo"}
xref: https://example.org/zork
is_a: MONDO:0000002 {source="x"} ! disease
alt_id: MONDO:0000009

[Term]
id: MONDO:0000002
name: disease
xref: UMLS_CUI:C0000001

[Term]
id: MONDO:0000003
name: obsolete zork
is_obsolete: true
replaced_by: MONDO:0000001

[Term]
id: UBERON:0000001
name: borrowed

[Typedef]
id: part_of
name: part of
"""


def test_terms_of_an_ontology(tmp_path: Path) -> None:
    reading = Reading()
    loading = load_obo(file(tmp_path, "mondo.obo", OBO), reading=reading)
    rows = by_id(loading)
    assert sorted(rows) == ["MONDO:0000001", "MONDO:0000002"]
    one = rows["MONDO:0000001"]
    assert (one.name, one.group, one.broader, one.xrefs) == (
        "zork disease",
        "DISO",
        ("MONDO:0000002",),
        ("MESH:D012345",),
    )
    assert {name.text: name.tier for name in one.names} == {
        "zorkitis": Tier.ENTRY,
        'chronic "zork" disease': Tier.VARIANT,
        "zork": Tier.ONTOLOGY,
        "zork trouble": Tier.ONTOLOGY,
    }
    assert loading.preamble.release == "mondo-2031-05-06"
    assert loading.preamble.sources[0].licence == "CC BY 4.0"
    assert loading.preamble.retired == {"MONDO:0000003": "MONDO:0000001", "MONDO:0000009": "MONDO:0000001"}
    assert not reading.broken


def test_prefixes_and_type_can_be_given(tmp_path: Path) -> None:
    path = file(tmp_path, "a.obo", OBO)
    assert list(by_id(load_obo(path, reading=Reading(), prefixes=("uberon",)))) == ["UBERON:0000001"]
    path = file(tmp_path, "b.obo", OBO.replace("MONDO:", "ZORK:"))
    with pytest.raises(InputError, match="nothing is known of what the terms of ZORK are"):
        load_obo(path, reading=Reading())
    assert {row.group for row in load_obo(path, reading=Reading(), group="Symptom").rows} == {"DISO"}


def test_obo_graphs_give_the_same(tmp_path: Path) -> None:
    purl = "http://purl.obolibrary.org/obo/"
    nodes = [
        {
            "id": f"{purl}MONDO_0000001",
            "lbl": "zork disease",
            "type": "CLASS",
            "meta": {
                "synonyms": [
                    {"pred": "hasExactSynonym", "val": "zorkitis"},
                    {"pred": "hasBroadSynonym", "val": "zork"},
                ],
                "xrefs": [{"val": "MESH:D012345"}, {"val": "http://x"}],
            },
        },
        {"id": f"{purl}MONDO_0000002", "lbl": "disease", "type": "CLASS"},
        {
            "id": f"{purl}MONDO_0000003",
            "type": "CLASS",
            "meta": {
                "deprecated": True,
                "basicPropertyValues": [{"pred": f"{purl}IAO_0100001", "val": f"{purl}MONDO_0000001"}],
            },
        },
        {"id": f"{purl}BFO_0000050", "lbl": "part of", "type": "PROPERTY"},
    ]
    edges = [{"sub": f"{purl}MONDO_0000001", "pred": "is_a", "obj": f"{purl}MONDO_0000002"}]
    graph = {"id": f"{purl}mondo.json", "meta": {"version": f"{purl}mondo/releases/2031-05-06/mondo.json"}}
    text = json.dumps({"graphs": [graph | {"nodes": nodes, "edges": edges}]})
    loading = load_obo(file(tmp_path, "mondo.json", text), reading=Reading())
    one = by_id(loading)["MONDO:0000001"]
    assert (one.name, one.broader, one.xrefs) == ("zork disease", ("MONDO:0000002",), ("MESH:D012345",))
    assert {name.text: name.tier for name in one.names} == {"zorkitis": Tier.ENTRY, "zork": Tier.ONTOLOGY}
    assert loading.preamble.retired == {"MONDO:0000003": "MONDO:0000001"}
    assert loading.preamble.release == "mondo-2031-05-06"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html></html>", "HTML page"),
        ('{"a": 1}', "other JSON"),
        ('{"graphs": [', "not valid JSON"),
        ("words and words\nmore\n", "expected an ontology"),
        ("format-version: 1.2\n", "expected an ontology"),
    ],
)
def test_other_files_are_no_ontologies(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_obo(file(tmp_path, "a.obo", content), reading=Reading())


@given(st.sampled_from(["id", "name", "synonym", "xref", "is_a", "is_obsolete", "replaced_by", "zork"]), st.text())
def test_any_tag_is_taken_or_told(tag: str, value: str) -> None:
    term = Term()
    assert add_tag(term, tag, value) in {True, False}
    assert all(name.text.strip() for name in term.synonyms)


@given(st.text(max_size=60))
def test_any_iri_is_an_id_or_none(text: str) -> None:
    found = from_iri(text)
    assert found is None or ":" in found


def test_an_ontology_answers_with_its_hierarchy_and_retired_ids(tmp_path: Path) -> None:
    loading = load_obo(file(tmp_path, "mondo.obo", OBO), reading=Reading())
    write_terminology(loading, tmp_path / "mondo.terms")
    table = Terminology(tmp_path / "mondo.terms")
    assert table.ancestors("MONDO:0000001") == {"MONDO:0000002"}
    assert table.current("MONDO:0000003") == "MONDO:0000001"
