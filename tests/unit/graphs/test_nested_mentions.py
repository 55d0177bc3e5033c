"""Nested mentions of a diffusion model on their way through the whole workflow into a store."""

from __future__ import annotations

from dataclasses import replace

from kg_builder.backends.model_settings import ModelSettings
from kg_builder.extract.prompted.diffusion_extractor import DiffusionExtractor
from kg_builder.graphs.components import Components
from kg_builder.graphs.document import read_document
from kg_builder.records import Concept, Document
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.testing import ScriptedGenerator, ScriptedRelations, TableNormalizer

TEXT = "Bệnh nhân bị viêm phổi do thuốc lao. Không viêm phổi do nấm."
ANSWER = (
    "Bệnh nhân bị <DISEASE>viêm <ORGAN>phổi</ORGAN> do <DRUG>thuốc lao</DRUG></DISEASE>. "
    "Không <DISEASE>viêm <ORGAN>phổi</ORGAN></DISEASE> do nấm."
)
CONCEPTS = {
    "phổi": Concept(id="MESH:D008168", name="Lung", type="Anatomy"),
    "thuốc lao": Concept(id="MESH:D000995", name="Antitubercular Agents", type="Chemical"),
    "viêm phổi": Concept(id="MESH:D011014", name="Pneumonia", type="Disease"),
}
EXPECTED = {
    ("viêm phổi do thuốc lao", "SYMPTOM_AND_DISEASE"),
    ("phổi", "BODY_PART"),
    ("thuốc lao", "DRUG"),
    ("viêm phổi", "SYMPTOM_AND_DISEASE"),
}


def components(*answers: str, attempts: int = 2) -> Components:
    generator = ScriptedGenerator(answers)
    settings = ModelSettings(source="hf:somewhere", trust_remote_code=True)
    extractor = DiffusionExtractor(generator, settings, name="diffusion")
    return Components(
        settings=Settings(schema_name="vietnamese-medical", extractors=("diffusion",), attempts=attempts),
        extractors={"diffusion": extractor},
        normalizer=TableNormalizer(CONCEPTS),
        schemas={"vietnamese-medical": builtin_schema("vietnamese-medical")},
        relation_extractor=ScriptedRelations([[("thuốc lao", "INDUCES", "viêm phổi do thuốc lao")]]),
    )


def test_every_one_of_them_becomes_a_node_and_may_be_related_to_the_one_around_it() -> None:
    store = open_store(":memory:")
    parts = replace(components(ANSWER), store=store)
    part = read_document(Document(id="d", text=TEXT, language="vi"), parts)
    assert {(mention.text, mention.type) for mention in part.mentions} == EXPECTED
    assert len(part.mentions) == 5
    assert part.rejects == ()
    [relation] = part.relations
    evidence = relation.evidence[0]
    assert TEXT[slice(*evidence.subject)] == "thuốc lao"
    assert TEXT[slice(*evidence.object)] == "viêm phổi do thuốc lao"
    assert list(store.parts()) == [part]
    lung = store.concept("MESH:D008168")
    assert lung is not None
    assert lung.mentions == 2


def test_what_one_attempt_gave_is_kept_when_another_one_is_asked_for() -> None:
    first = "<DISEASE>viêm <ORGAN>phổi</ORGAN> do <DRUG>thuốc lao</DRUG></DISEASE> <DRUG>aspirin</DRUG>"
    part = read_document(Document(id="d", text=TEXT, language="vi"), components(first, ANSWER))
    assert {(mention.text, mention.type) for mention in part.mentions} == EXPECTED
    assert "not-in-text" in [reject.issues[0].code for reject in part.rejects]
