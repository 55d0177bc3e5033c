"""OBO, OBO graphs, MeSH XML, SNOMED CT and ICD-10."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.terminology.loaders.icd10 import dotted, load_icd10
from kg_builder.terminology.loaders.loading import Loading, write_terminology
from kg_builder.terminology.loaders.mesh import load_mesh
from kg_builder.terminology.loaders.obo import Term, add_tag, load_obo
from kg_builder.terminology.loaders.obographs import from_iri
from kg_builder.terminology.loaders.po import unescaped
from kg_builder.terminology.loaders.reading import Reading
from kg_builder.terminology.loaders.snomed import load_snomed
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


DESCRIPTORS = """<?xml version="1.0"?>
<!DOCTYPE DescriptorRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset_20250101.dtd">
<DescriptorRecordSet LanguageCode="eng">
<DescriptorRecord DescriptorClass="1"><DescriptorUI>D900001</DescriptorUI>
 <DescriptorName><String>Zork Diseases</String></DescriptorName>
 <TreeNumberList><TreeNumber>C01.1</TreeNumber></TreeNumberList>
 <ConceptList>
  <Concept PreferredConceptYN="N"><TermList><Term><String>Zorkitis, Chronic</String></Term></TermList></Concept>
  <Concept PreferredConceptYN="Y"><RegistryNumber>0</RegistryNumber><TermList>
   <Term IsPermutedTermYN="N"><String>Zork Diseases</String></Term>
   <Term IsPermutedTermYN="Y"><String>Diseases, Zork</String></Term>
   <Term IsPermutedTermYN="N"><String>Zork Disease</String></Term></TermList></Concept>
 </ConceptList></DescriptorRecord>
<DescriptorRecord><DescriptorUI>D900002</DescriptorUI></DescriptorRecord>
</DescriptorRecordSet>"""
SUPPLEMENTARY = """<SupplementalRecordSet LanguageCode="eng">
<SupplementalRecord SCRClass="1"><SupplementalRecordUI>C900001</SupplementalRecordUI>
 <SupplementalRecordName><String>blorbol</String></SupplementalRecordName>
 <HeadingMappedToList><HeadingMappedTo><DescriptorReferredTo><DescriptorUI>*D900001</DescriptorUI>
 </DescriptorReferredTo></HeadingMappedTo></HeadingMappedToList>
 <ConceptList><Concept PreferredConceptYN="Y"><RegistryNumber>0A1B2C3D4E</RegistryNumber>
 <RelatedRegistryNumberList><RelatedRegistryNumber>50-00-0 (Zork)</RelatedRegistryNumber></RelatedRegistryNumberList>
 <TermList><Term><String>blorbol</String></Term><Term><String>blorbolum</String></Term></TermList></Concept>
 </ConceptList></SupplementalRecord></SupplementalRecordSet>"""


def test_mesh_records(tmp_path: Path) -> None:
    (tmp_path / "desc2031.xml.gz").write_bytes(gzip.compress(DESCRIPTORS.encode()))
    reading = Reading()
    loading = load_mesh(
        [tmp_path / "desc2031.xml.gz", file(tmp_path, "supp2031.xml", SUPPLEMENTARY)],
        reading=reading,
    )
    rows = by_id(loading)
    assert sorted(rows) == ["MESH:C900001", "MESH:D900001"]
    heading, substance = rows["MESH:D900001"], rows["MESH:C900001"]
    assert (heading.group, heading.trees) == ("DISO", ("C01.1",))
    assert heading.synonyms == ("Zork Disease", "Zorkitis, Chronic")
    assert (substance.group, substance.tier, substance.broader) == ("CHEM", Tier.SUPPLEMENTARY, ("MESH:D900001",))
    assert (substance.synonyms, substance.xrefs) == (("blorbolum",), ("UNII:0A1B2C3D4E",))
    assert loading.preamble.release == "mesh-2031"
    assert reading.broken == 1


def test_other_xml_and_cut_xml_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is XML of zork"):
        list(load_mesh([file(tmp_path, "a.xml", "<zork></zork>")], reading=Reading()).rows)
    with pytest.raises(InputError, match="this is text"):
        load_mesh([file(tmp_path, "b.xml", "a|b|c\n")], reading=Reading())
    with pytest.raises(InputError, match="not well-formed"):
        list(load_mesh([file(tmp_path, "c.xml", DESCRIPTORS[:900])], reading=Reading()).rows)


def rf2(folder: Path) -> Path:
    """A release of three concepts."""
    terminology = folder / "SnomedCT_Zork_20310131T120000Z" / "Snapshot" / "Terminology"
    refset = terminology.parent / "Refset"
    terminology.mkdir(parents=True)
    refset.mkdir()

    def table(path: Path, header: str, *rows: str) -> None:
        lines = (header, *rows)
        path.write_text("".join("\t".join(line.split("/")) + "\r\n" for line in lines), encoding="utf-8")

    full, synonym, is_a = "900000000000003001", "900000000000013009", "116680003"
    table(
        terminology / "sct2_Concept_Snapshot_Z_20310131.txt",
        "id/effectiveTime/active/moduleId/definitionStatusId",
        *("10/1/1/m/d", "20/1/1/m/d", "30/1/0/m/d", "40/1/1/m/d"),
    )
    table(
        terminology / "sct2_Description_Snapshot-en_Z_20310131.txt",
        "id/effectiveTime/active/moduleId/conceptId/languageCode/typeId/term/caseSignificanceId",
        f"1/1/1/m/10/en/{full}/Zork of elders (disorder)/c",
        f"2/1/1/m/10/en/{synonym}/Zork old/c",
        f"3/1/1/m/10/en/{synonym}/Zorkitis/c",
        f"4/1/0/m/10/en/{synonym}/inactive/c",
        f"5/1/1/m/20/en/{full}/Blorbol (substance)/c",
        f"6/1/1/m/30/en/{full}/Gone (disorder)/c",
        f"7/1/1/m/40/en/{full}/Is a thing (attribute)/c",
        "broken",
    )
    table(
        refset / "der2_cRefset_LanguageSnapshot-en_Z_20310131.txt",
        "id/effectiveTime/active/moduleId/refsetId/referencedComponentId/acceptabilityId",
        *("u/1/1/m/r/3/900000000000000548007", "u/1/1/m/r/3/900000000000548007", "u/1/1/m/r/2/900000000000549004"),
    )
    table(
        terminology / "sct2_Relationship_Snapshot_Z_20310131.txt",
        "id/effectiveTime/active/moduleId/sourceId/destinationId/relationshipGroup/typeId/characteristicTypeId/mod",
        *(f"1/1/1/m/10/20/0/{is_a}/c/x", "2/1/1/m/10/40/0/363698007/c/x", f"3/1/0/m/10/40/0/{is_a}/c/x"),
    )
    head = "id/effectiveTime/active/moduleId/refsetId/referencedComponentId/mapGroup/mapPriority/mapRule/mapAdvice"
    table(
        refset / "der2_iisssccRefset_ExtendedMapSnapshot_Z_20310131.txt",
        f"{head}/mapTarget/correlationId/mapCategoryId",
        "u/1/1/m/447562003/10/1/1/TRUE/a/A01.2/c/447637006",
        "u/1/1/m/447562003/20/1/1/TRUE/a/T50/c/447637006",
        "u/1/1/m/447562003/20/1/2/TRUE/a/T51/c/447637006",
    )
    return folder / "SnomedCT_Zork_20310131T120000Z"


def test_snomed_snapshot(tmp_path: Path) -> None:
    reading = Reading()
    loading = load_snomed(rf2(tmp_path), reading=reading)
    rows = by_id(loading)
    assert sorted(rows) == ["SNOMEDCT:10", "SNOMEDCT:20", "SNOMEDCT:40"]
    one = rows["SNOMEDCT:10"]
    assert (one.name, one.group, one.synonyms) == ("Zorkitis", "DISO", ("Zork old", "Zork of elders"))
    assert (one.broader, one.xrefs) == (("SNOMEDCT:20",), ("ICD10:A01.2",))
    assert (rows["SNOMEDCT:20"].name, rows["SNOMEDCT:20"].xrefs) == ("Blorbol", ())
    assert loading.preamble.release == "snomedct-20310131"
    assert [line.reason for line in reading.first] == ["not 9 columns"]


def test_a_zip_of_the_release_gives_the_same(tmp_path: Path) -> None:
    folder = rf2(tmp_path)
    with zipfile.ZipFile(tmp_path / "release.zip", "w") as archive:
        for path in folder.rglob("*.txt"):
            archive.write(path, str(path.relative_to(tmp_path)))
    assert by_id(load_snomed(tmp_path / "release.zip", reading=Reading())) == by_id(
        load_snomed(folder, reading=Reading())
    )


def test_other_folders_are_no_release(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected an RF2 release"):
        load_snomed(tmp_path, reading=Reading())
    with pytest.raises(InputError, match="expected an RF2 release: a folder or a zip; this is text"):
        load_snomed(file(tmp_path, "a.txt", "a\tb\n"), reading=Reading())
    concepts = next(rf2(tmp_path).rglob("sct2_Concept*"))
    concepts.write_text("a\tb\n1\t2\n")
    with pytest.raises(InputError, match="without id, effectiveTime"):
        load_snomed(tmp_path, reading=Reading())


PO = r"""msgid ""
msgstr ""
"Language: vi\n"

msgctxt "model:gnuhealth.pathology,name:Z991"
msgid "Zork, unspecified"
msgstr "Bệnh zoóc, "
"không đặc hiệu"

#, fuzzy
msgctxt "model:gnuhealth.pathology,name:A01"
msgid "Fever of the zork"
msgstr "đoán mò"

msgctxt "model:gnuhealth.pathology,name:A019"
msgid "A \"quoted\" fever"
msgstr ""

msgctxt "model:gnuhealth.pathology.category,name:icdcat20-1"
msgid "A chapter"
msgstr "Một chương"
"""


def test_a_translation_gives_both_languages(tmp_path: Path) -> None:
    loading = load_icd10(file(tmp_path, "vi.po", PO), reading=Reading())
    rows = by_id(loading)
    assert sorted(rows) == ["ICD10:A01", "ICD10:A01.9", "ICD10:Z99.1"]
    one = rows["ICD10:Z99.1"]
    assert (one.name, one.group) == ("Zork, unspecified", "CONC")
    assert [(name.text, name.language) for name in one.names] == [("Bệnh zoóc, không đặc hiệu", "vi")]
    assert rows["ICD10:A01"].names == ()
    assert (rows["ICD10:A01.9"].name, rows["ICD10:A01.9"].broader) == ('A "quoted" fever', ("ICD10:A01",))
    assert loading.preamble.release == "icd10-vi"


def test_the_language_chooses_among_the_translations_of_a_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "package.whl", "w") as archive:
        archive.writestr("locale/de.po", PO.replace("Language: vi", "Language: de"))
        archive.writestr("locale/vi.po", PO)
    loading = load_icd10(tmp_path / "package.whl", reading=Reading(), language="vi")
    assert by_id(loading)["ICD10:Z99.1"].names[0].language == "vi"
    with pytest.raises(InputError, match=r"holds several \.po files"):
        load_icd10(tmp_path / "package.whl", reading=Reading())


def test_tables_and_lists_of_codes(tmp_path: Path) -> None:
    text = 'Mã,Tên\nA00-A09,Khối\nA01†,"Sốt, zoóc"\nA019,Sốt zoóc khác\nnothing,x\n'
    reading = Reading()
    rows = by_id(load_icd10(file(tmp_path, "a.csv", text), reading=reading, language="vi"))
    assert {key: row.name for key, row in rows.items()} == {"ICD10:A01": "Sốt, zoóc", "ICD10:A01.9": "Sốt zoóc khác"}
    assert rows["ICD10:A01"].names[0].language == "vi"
    assert [(line.number, line.reason) for line in reading.first] == [(5, "no ICD-10 code")]
    listed = "A010    Zork fever of the toes\nA0101   Zork fever, left\n"
    rows = by_id(load_icd10(file(tmp_path, "codes.txt", listed), reading=Reading(), vocabulary="ICD10CM"))
    assert rows["ICD10CM:A01.01"].broader == ("ICD10CM:A01.0",)
    order = f"00001 A010    1 {'Zork fevr of toes':<60} Zork fever of the toes\n"
    rows = by_id(load_icd10(file(tmp_path, "order.txt", order), reading=Reading()))
    assert rows["ICD10:A01.0"].name == "Zork fever of the toes"


def test_other_files_are_no_icd10(tmp_path: Path) -> None:
    for name, text in (("a.csv", "x,y\n1,2\n"), ("a.po", "words\n"), ("b.csv", "code,title\nzork,x\n")):
        with pytest.raises(InputError, match="expected"):
            load_icd10(file(tmp_path, name, text), reading=Reading())
    with pytest.raises(InputError, match="--vocabulary is one of"):
        load_icd10(file(tmp_path, "a.csv", ""), reading=Reading(), vocabulary="zork")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("E119", "E11.9"), ("e11.9", "E11.9"), ("A01†", "A01"), ("G63.0*", "G63.0"), ("A00-A09", None), ("I", None)],
)
def test_codes_get_their_dot(code: str, expected: str | None) -> None:
    assert dotted(code) == expected


@given(st.text(max_size=12))
def test_a_dotted_code_stays_as_it_is(text: str) -> None:
    found = dotted(text)
    assert found is None or dotted(found) == found


@given(st.text())
def test_escapes_are_undone(text: str) -> None:
    written = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    assert unescaped(written.replace("\r", "\\r")) == text


def test_an_ontology_answers_with_its_hierarchy_and_retired_ids(tmp_path: Path) -> None:
    loading = load_obo(file(tmp_path, "mondo.obo", OBO), reading=Reading())
    write_terminology(loading, tmp_path / "mondo.terms")
    table = Terminology(tmp_path / "mondo.terms")
    assert table.ancestors("MONDO:0000001") == {"MONDO:0000002"}
    assert table.current("MONDO:0000003") == "MONDO:0000001"
