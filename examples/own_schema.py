"""A schema from pydantic classes, and a house rule beside the built-in checks."""

from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict

from kg_builder import Document, Metadata, Settings, build, schema_from_models
from kg_builder.records import Issue, Mention, RelationMention
from kg_builder.schema import Schema


class Drug(BaseModel):
    """A medicine."""

    model_config = ConfigDict(json_schema_extra={"semantic_group": "CHEM"})


class Problem(BaseModel):
    """A disease, symptom or injury."""

    model_config = ConfigDict(json_schema_extra={"semantic_group": "DISO"})


class Induces(BaseModel):
    """The drug causes the problem."""

    model_config = ConfigDict(json_schema_extra={"name": "INDUCES", "biolink": "biolink:causes"})
    subject: Drug
    object: Problem


def no_placebo(item: Mention | RelationMention, document: Document, schema: Schema) -> Issue | None:
    """House rule: a placebo is no drug of ours."""
    if isinstance(item, Mention) and item.text.casefold() == "placebo":
        return Issue(code="placebo", message="A placebo is not a drug.")
    return None


schema = schema_from_models("ward", "Drugs and their harms.", entities=[Drug, Problem], relations=[Induces])
note = Document(
    id="note-1",
    text="Amiodarone induced hypothyroidism; placebo did not.",
    metadata=Metadata(patient="p-7", kind="note"),
)

with TemporaryDirectory() as folder:
    file = Path(folder) / "ward.yaml"
    file.write_text(schema.model_dump_json(), encoding="utf-8")  # JSON is YAML
    built = build(note, settings=Settings(schema_name=str(file)), checks=(no_placebo,))

print(built.run.items_extracted, "items,", built.run.items_rejected, "rejected:", dict(built.run.rejects_by_code))
for relation in built.store.relations():
    print(relation.subject_name, relation.predicate, relation.object_name, relation.documents)
