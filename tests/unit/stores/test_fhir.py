"""FHIR bundles, read back with fhir.resources: what assertions become, what values say, and where it all stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings

from kg_builder.graphs.building import build
from kg_builder.records import Assertion, Attribute, Concept, Document, DocumentGraph
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.stores.export import export
from kg_builder.stores.fhir.coding import coding
from kg_builder.stores.fhir.measurements import observed
from kg_builder.stores.fhir.medication import dosage
from kg_builder.stores.fhir.provenance import TEXT_POSITION
from tests.conformance.conftest import parts, sample_part

NOTE = """HISTORY
Patient with diabetes and hypertension. No fever. Possible pneumonia. Mother had breast cancer. History of stroke.

MEDICATIONS
1. Amlodipine 5 mg tablets, 1 tab PO qd for 6 weeks
2. Metformin 500 mg BID
Denies warfarin use.

Labs: WBC 12.4 x10^9/L, high, creatinine 2.3 mg/dL. BP 120/80 mmHg. Chest x-ray was done.
"""
GIVEN = {"patient": "p 1", "date": "2024-01-05", "encounter": "e7", "kind": "discharge-summary"}
Resource = dict[str, Any]


def bundles(path: Path, *items: DocumentGraph) -> list[Resource]:
    """What is written for these parts, each validated."""
    with open_store(":memory:") as store:
        for part in items:
            store.write(part)
        export(store, path)
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")  # a text may hold other ends of lines
    for line in lines:
        read = Bundle.model_validate_json(line)
        assert json.loads(read.model_dump_json(by_alias=True, exclude_none=True)).keys() == json.loads(line).keys()
    return [json.loads(line) for line in lines]


def resources(bundle: Resource, kind: str) -> list[Resource]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def positions(provenance: Resource) -> Iterator[Resource]:
    """Offsets and what is said of each place."""
    for place in provenance["entity"][0]["extension"]:
        assert place["url"] == TEXT_POSITION
        yield {part["url"]: next(value for name, value in part.items() if name != "url") for part in place["extension"]}


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> Resource:
    """The bundle of a note, read by the default offline path."""
    document = Document.model_validate({"id": "note", "text": NOTE, "language": "en", "metadata": GIVEN})
    built = build([document], settings=Settings(schema_name="clinical-note"))
    [bundle] = bundles(tmp_path_factory.mktemp("fhir") / "note.ndjson", *built.store.parts())
    return bundle


def test_conditions_have_the_status_of_their_assertion(note: Resource) -> None:
    found = {
        one["code"]["text"]: (
            one.get("clinicalStatus", {}).get("coding", [{}])[0].get("code"),
            one["verificationStatus"]["coding"][0]["code"],
        )
        for one in resources(note, "Condition")
    }
    assert found == {
        "diabetes": ("active", "confirmed"),
        "hypertension": ("active", "confirmed"),
        "fever": (None, "refuted"),
        "pneumonia": ("active", "unconfirmed"),
        "stroke": ("inactive", "confirmed"),
    }
    [family] = resources(note, "FamilyMemberHistory")
    assert family["condition"][0]["code"]["text"] == "breast cancer"


def test_medicines_have_status_dose_route_and_times(note: Resource) -> None:
    found = {one["medicationCodeableConcept"]["text"]: one for one in resources(note, "MedicationStatement")}

    assert {name: one["status"] for name, one in found.items()} == {
        "Amlodipine": "active", "Metformin": "active", "warfarin": "not-taken",
    }  # fmt: skip
    [amlodipine] = found["Amlodipine"]["dosage"]
    assert amlodipine["text"] == "5 mg, 1 tab, PO, qd, for 6 weeks"
    assert amlodipine["route"] == {"text": "oral"}
    assert amlodipine["timing"]["repeat"] == {
        "frequency": 1,
        "period": 1,
        "periodUnit": "d",
        "boundsDuration": {"value": 6, "unit": "wk", "system": "http://unitsofmeasure.org", "code": "wk"},
    }
    [metformin] = found["Metformin"]["dosage"]
    assert metformin["doseAndRate"][0]["doseQuantity"]["value"] == 500


def test_measurements_are_observations_with_values(note: Resource) -> None:
    found = {one["code"]["text"]: one for one in resources(note, "Observation")}

    assert found["WBC"]["valueQuantity"] == {
        "value": 12.4, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L",
    }  # fmt: skip
    assert found["WBC"]["interpretation"][0]["coding"][0]["code"] == "H"
    assert found["creatinine"]["valueQuantity"]["code"] == "mg/dL"
    assert [one["valueQuantity"]["value"] for one in found["BP"]["component"]] == [120, 80]
    assert {one["code"]["text"] for one in resources(note, "Procedure")} == {"Chest x-ray"}


def test_all_is_about_the_documents_patient_and_refers_within_the_bundle(note: Resource) -> None:
    [patient] = resources(note, "Patient")
    urls = {entry["fullUrl"] for entry in note["entry"]}
    stated = [*resources(note, "Condition"), *resources(note, "Observation"), *resources(note, "MedicationStatement")]

    assert patient["identifier"] == [{"system": "urn:kg-builder:patient", "value": "p 1"}]
    assert all(one["subject"] == {"reference": f"urn:uuid:{patient['id']}"} for one in stated)
    assert all(one["recordedDate"] == "2024-01-05" for one in resources(note, "Condition"))
    assert set(_references(note)) <= urls
    assert len(urls) == len(note["entry"])


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (each for name, each in value.items() if name == "reference")
        value = list(value.values())
    for each in value if isinstance(value, list) else []:
        yield from _references(each)


def test_each_statement_has_a_provenance_whose_offsets_point_at_its_text(note: Resource) -> None:
    targets = {one["target"][0]["reference"]: one for one in resources(note, "Provenance")}
    kinds = ("Condition", "FamilyMemberHistory", "MedicationStatement", "Observation", "Procedure")
    stated = [one for kind in kinds for one in resources(note, kind)]

    assert targets.keys() == {f"urn:uuid:{one['id']}" for one in stated}
    for provenance in targets.values():
        for place in positions(provenance):
            assert NOTE[place["start"] : place["end"]] == place["text"]
    [stroke] = [one for one in stated if one.get("code", {}).get("text") == "stroke"]
    assert [place["assertion"] for place in positions(targets[f"urn:uuid:{stroke['id']}"])] == ["historical"]


def test_codes_are_of_the_systems_that_fhir_names() -> None:
    assert coding("MESH:D003000", "Clonidine") == {
        "system": "https://www.nlm.nih.gov/mesh", "code": "D003000", "display": "Clonidine",
    }  # fmt: skip
    expected = {
        "SNOMEDCT:73211009": ("http://snomed.info/sct", "73211009"),
        "RXNORM:6809": ("http://www.nlm.nih.gov/research/umls/rxnorm", "6809"),
        "ICD10:E11": ("http://hl7.org/fhir/sid/icd-10", "E11"),
        "HP:0001945": ("http://human-phenotype-ontology.org", "HP:0001945"),
        "MONDO:0005148": ("http://purl.obolibrary.org/obo/mondo.owl", "MONDO:0005148"),
        "HOSP:12": ("urn:kg-builder:vocabulary:HOSP", "12"),
    }
    assert {curie: (coding(curie)["system"], coding(curie)["code"]) for curie in expected} == expected


def test_relations_join_treatments_and_causes_to_conditions(tmp_path: Path) -> None:
    text = "Gave aspirin against stroke, then bleeding."
    part = sample_part("d", text, ("aspirin", "TREATS", "stroke"), ("aspirin", "INDUCES", "bleeding"), patient="p")
    [bundle] = bundles(tmp_path / "d.ndjson", part)

    conditions = {one["code"]["text"]: one for one in resources(bundle, "Condition")}
    [aspirin] = resources(bundle, "MedicationStatement")
    assert aspirin["reasonReference"] == [{"reference": f"urn:uuid:{conditions['stroke']['id']}"}]
    assert conditions["bleeding"]["extension"][0]["valueReference"] == {"reference": f"urn:uuid:{aspirin['id']}"}
    assert "extension" not in conditions["stroke"]


@pytest.mark.parametrize("assertion", Assertion)
def test_what_fhir_has_no_statement_for_is_counted(tmp_path: Path, assertion: Assertion) -> None:
    concepts = {
        "aspirin": Concept(id="MESH:D001241", name="Aspirin", type="Chemical"),
        "stroke": Concept(id="MESH:D020521", name="Stroke", type="Disease"),
        "kidney": Concept(id="MESH:D007668", name="Kidney", type="Anatomy"),
    }
    part = sample_part("d", "aspirin, stroke, kidney", assertion=assertion, concepts=concepts)
    [bundle] = bundles(tmp_path / "d.ndjson", part)

    kinds = ("Condition", "FamilyMemberHistory", "MedicationStatement")
    stated = sum(len(resources(bundle, kind)) for kind in kinds)
    [outcome] = resources(bundle, "OperationOutcome")
    told = [issue["diagnostics"] for issue in outcome["issue"]]
    assert stated + len(told) == 3
    assert "1 mention left out: type Anatomy" in told
    assert ("1 mention left out: family Chemical" in told) is (assertion is Assertion.FAMILY)
    assert ("1 mention left out: hypothetical Disease" in told) is (assertion is Assertion.HYPOTHETICAL)


def test_a_concept_of_no_vocabulary_and_a_document_of_nobody_have_text_alone(tmp_path: Path) -> None:
    [bundle] = bundles(tmp_path / "d.ndjson", sample_part("d", "Had blue spells."))

    [condition] = resources(bundle, "Condition")
    assert condition["code"] == {"text": "blue spells"}
    assert condition["subject"] == {"type": "Patient", "display": "not named in the metadata of the document"}
    assert not resources(bundle, "Patient")


def test_bundles_are_the_same_whatever_the_order_of_writing(tmp_path: Path) -> None:
    one, other = (sample_part(name, f"{name}: aspirin, then bleeding", patient="p") for name in "ab")
    first, second = tmp_path / "1.ndjson", tmp_path / "2.ndjson"

    written = bundles(first, one, other)
    bundles(second, other, one)

    assert first.read_bytes() == second.read_bytes()
    assert [bundle["identifier"]["value"] for bundle in written] == ["a", "b"]
    patients = {resources(bundle, "Patient")[0]["id"] for bundle in written}
    assert len(patients) == 1


def _attribute(**value: Any) -> Attribute:
    return Attribute(start=0, end=3, text="as ", type="X", value=value)


def test_values_that_fhir_cannot_hold_stay_in_words() -> None:
    about = observed(_attribute(kind="laboratory value", number=7, comparator="~", unit="mg/dL"))
    limited = observed(
        _attribute(kind="laboratory value", number=7, comparator="<=", reference_low=3, reference_high=5, flag="high")
    )
    spread = observed(_attribute(kind="laboratory value", low=3, high=5, unit="g/L"))

    assert about == {"valueString": "as "}
    assert limited["valueQuantity"] == {"value": 7, "comparator": "<="}
    assert limited["referenceRange"] == [{"low": {"value": 3}, "high": {"value": 5}}]
    assert spread["valueRange"]["high"]["value"] == 5
    assert dosage([_attribute(kind="frequency", when="PRN")]) == {"text": "as", "asNeededBoolean": True}
    assert dosage([_attribute(kind="frequency", times=1.5, period=1, period_unit="d")])["timing"] == {
        "repeat": {"period": 1, "periodUnit": "d"}
    }
    assert "timing" not in dosage([_attribute(kind="duration", number=3)])
    assert dosage([_attribute(kind="frequency", times=1, when="STAT")])["timing"] == {"repeat": {"frequency": 1}}
    assert (
        dosage([_attribute(kind="dose", low=1, high=2, unit="{tbl}")])["doseAndRate"][0]["doseRange"]["low"]["value"]
        == 1
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=parts())
def test_any_graph_makes_bundles_that_validate(tmp_path: Path, part: DocumentGraph) -> None:
    [bundle] = bundles(tmp_path / "any.ndjson", part)

    text = part.document.text
    assert len({entry["fullUrl"] for entry in bundle["entry"]}) == len(bundle["entry"])
    counted = sum(len(list(positions(one))) for one in resources(bundle, "Provenance"))
    assert counted or not resources(bundle, "Condition")
    for provenance in resources(bundle, "Provenance"):
        for place in positions(provenance):
            if "text" in place and "\N{REPLACEMENT CHARACTER}" not in place["text"]:
                assert text[place["start"] : place["end"]] == place["text"]
