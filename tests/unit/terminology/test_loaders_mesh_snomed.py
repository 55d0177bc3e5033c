"""MeSH XML and SNOMED CT RF2."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from kg_builder.errors import InputError
from kg_builder.terminology.loaders.loading import Loading
from kg_builder.terminology.loaders.mesh import load_mesh
from kg_builder.terminology.loaders.reading import Reading
from kg_builder.terminology.loaders.snomed import load_snomed
from kg_builder.terminology.rows import ConceptRow, Tier


def by_id(loading: Loading) -> dict[str, ConceptRow]:
    return {row.id: row for row in loading.rows}


def file(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


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
