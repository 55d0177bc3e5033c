"""The nodes of the document workflow: each unpacks its slice of the state, calls a step, packs the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar

from langgraph.runtime import Runtime

from kg_builder.clean.alignment import CleanText
from kg_builder.deadlines import check
from kg_builder.errors import DocumentError
from kg_builder.extract.assertion import assert_mentions
from kg_builder.extract.attributes.reading import attribute_mentions, attribute_types, read_attributes
from kg_builder.graphs.asking import ask, ask_for_mentions, ask_for_relations, permit
from kg_builder.graphs.assembling import linked_mentions
from kg_builder.graphs.components import Components, Context
from kg_builder.graphs.logging_runs import logged_step
from kg_builder.graphs.state import (
    Asked,
    Candidates,
    ExtractInput,
    FirstCleaned,
    Input,
    Judged,
    Linked,
    NormalizeInput,
    PackedText,
    Selecting,
    SelectInput,
    ValidateInput,
    WriteInput,
    Written,
)
from kg_builder.graphs.validating import judge
from kg_builder.protocols import Cleaning
from kg_builder.records import Document, Selection
from kg_builder.review import review
from kg_builder.schema import Schema
from kg_builder.select.language import detect_language
from kg_builder.select.routing import select as route
from kg_builder.select.suitability import unsuited

Slice = TypeVar("Slice")
Read_contra = TypeVar("Read_contra", contravariant=True)
Function = Callable[[Slice, Components], Mapping[str, Any]]


class Node(Protocol[Read_contra]):
    """What LangGraph calls."""

    def __call__(self, state: Read_contra, *, runtime: Runtime[Context]) -> Mapping[str, Any]:
        """An update of the state."""
        ...


def step(name: str, *, timed: bool = True) -> Callable[[Function[Slice]], Node[Slice]]:
    """A node from a function of its slice of the state and the components; adds the time it took.

    `timed`: it isn't begun when the document's time is over. What ends the work is, late or not.
    """

    def decorate(function: Function[Slice]) -> Node[Slice]:
        def node(state: Slice, *, runtime: Runtime[Context]) -> Mapping[str, Any]:
            if timed:
                check()
            with logged_step(name, state) as timer:
                update = function(state, (runtime.context or Context()).resolve())
            return {**update, "seconds": {name: timer.seconds}}

        node.__doc__ = function.__doc__
        return node

    return decorate


@step("clean")
def clean(state: Input, parts: Components) -> FirstCleaned:
    """Tell the language, then clean."""
    given: Any = state["document"]
    document = given if isinstance(given, Document) else Document.model_validate(given)
    if not document.text.strip():
        raise DocumentError("empty-text", "The document has no text.")
    if document.language:
        language, reason = document.language, "given with the document"
    else:
        guess = detect_language(document.text)
        language, reason = guess.language, guess.reason
    if parts.cleaner is None:
        cleaned = Cleaning(CleanText.unchanged(document.text))
    else:
        permit(parts.cleaner, allow_remote=parts.settings.allow_remote)
        cleaned = ask(parts.cleaner, partial(parts.gate.clean, parts.cleaner, document, language), parts.breakers)
    return {
        "document": document,
        "language": language,
        "language_reason": reason,
        "clean": PackedText.pack(cleaned.text),
        "rejects": tuple(cleaned.rejects),
        "extracted": len(cleaned.rejects),
    }


@step("select")
def select(state: SelectInput, parts: Components) -> Selecting:
    """Choose schema and extractors; a schema that none of them serves is an error, not an empty graph."""
    settings = parts.settings
    chosen = route(
        state["document"],
        state["language"],
        reason=state["language_reason"],
        schema_name=settings.schema_name,
        extractors=settings.extractors,
        rules=settings.rules,
    )
    served = {name: _served(parts, name, chosen) for name in chosen.extractors}
    ladder = tuple(name for name in chosen.extractors if served[name])
    if not ladder:
        raise DocumentError(
            "no-extractor",
            f"None of the extractors ({', '.join(chosen.extractors)}) can serve the schema "
            f"'{chosen.schema_name}' for language '{chosen.language}'.",
            hint="Choose another schema, or configure an extractor for this one.",
        )
    read = attribute_types(parts.schemas[chosen.schema_name], chosen.language)
    given = frozenset[str]().union(*served.values()) | _related(parts, chosen) | frozenset(read.values())
    unserved = tuple(name for name in _asked_for(parts.schemas[chosen.schema_name]) if name not in given)
    warnings = unsuited([parts.extractors[name] for name in ladder], chosen.language, state["document"].metadata.kind)
    selection = chosen.model_copy(update={"extractors": ladder, "unserved": unserved, "warnings": warnings})
    return {"selection": selection, "rung": 0, "attempt": 0, "relate_attempt": 0}


def _served(parts: Components, extractor: str, chosen: Selection) -> frozenset[str]:
    """Entity types of the schema that an extractor's labels become."""
    schema = parts.schemas[chosen.schema_name]
    labels = parts.extractors[extractor].labels(schema, chosen.language)
    entities = (schema.entity_for_label(label, group) for label, group in labels.items())
    return frozenset(entity.name for entity in entities if entity is not None)


def _disorders(schema: Schema) -> frozenset[str]:
    """Entity types of the semantic group of disorders."""
    return frozenset(entity.name for entity in schema.entities if entity.semantic_group == "DISO")


def _related(parts: Components, chosen: Selection) -> frozenset[str]:
    extractor = parts.relation_extractor
    return extractor.predicates(parts.schemas[chosen.schema_name]) if extractor is not None else frozenset()


def _asked_for(schema: Schema) -> list[str]:
    return [entity.name for entity in schema.entities] + [relation.name for relation in schema.relations]


@step("extract")
def extract(state: ExtractInput, parts: Components) -> Asked:
    """Ask the extractor; keep what earlier attempts already gave. Rules read the attributes that it doesn't serve."""
    selection = state["selection"]
    schema = parts.schemas[selection.schema_name]
    clean_text = state["clean"].unpack(state["document"].text)
    answer = ask_for_mentions(
        clean_text,
        ladder=[parts.extractors[name] for name in selection.extractors],
        rung=state["rung"],
        schema=schema,
        language=selection.language,
        attempt=state["attempt"],
        issues=state.get("feedback", ()),
        document_id=state["document"].id,
        allow_remote=parts.settings.allow_remote,
        breakers=parts.breakers,
        gate=parts.gate,
    )
    kept = state.get("mentions", ())
    known = {mention.key for mention in kept}
    fresh = [mention for mention in answer.mentions if mention.key not in known]
    asserted = assert_mentions(
        clean_text.text, [*kept, *fresh], language=selection.language, disorders=_disorders(schema)
    )
    attributes = read_attributes(clean_text.text, asserted, schema=schema, language=selection.language)
    served = _served(parts, selection.extractors[answer.rung], selection) if attributes else frozenset()
    read = attribute_mentions(clean_text.text, attributes, asserted, schema=schema, served=served)
    fresh += read
    return {
        "mentions": (*asserted, *read),
        "attributes": tuple(attributes),
        "rung": answer.rung,
        "fresh_rejects": tuple(answer.rejects),
        "relations": (),
        "extracted": state.get("extracted", 0) + len(fresh) + len(answer.rejects),
    }


@step("relate")
def relate(state: ExtractInput, parts: Components) -> Candidates:
    """Ask the relation extractor; keep what earlier attempts already gave."""
    if parts.relation_extractor is None:
        return {"relations": ()}
    clean_text = state["clean"].unpack(state["document"].text)
    answer = ask_for_relations(
        clean_text,
        parts.relation_extractor,
        mentions=state["mentions"],
        schema=parts.schemas[state["selection"].schema_name],
        language=state["selection"].language,
        attempt=state["relate_attempt"],
        issues=state.get("feedback", ()) if state["relate_attempt"] else (),
        document_id=state["document"].id,
        allow_remote=parts.settings.allow_remote,
        breakers=parts.breakers,
        gate=parts.gate,
    )
    kept = state.get("relations", ())
    fresh = [relation for relation in answer.relations if relation not in kept]
    return {
        "relations": (*kept, *fresh),
        "fresh_rejects": (*state.get("fresh_rejects", ()), *answer.rejects),
        "extracted": state.get("extracted", 0) + len(fresh) + len(answer.rejects),
    }


@step("normalize")
def normalize(state: NormalizeInput, parts: Components) -> Linked:
    """Link mentions to concepts and find them in the original text."""
    grounded, concepts = linked_mentions(
        state["clean"].unpack(state["document"].text),
        state["mentions"],
        normalizer=parts.normalizer,
        schema=parts.schemas[state["selection"].schema_name],
        settings_hash=parts.settings_hash,
    )
    return {"grounded": grounded, "concepts": concepts}


@step("validate", timed=False)
def validate(state: ValidateInput, parts: Components) -> Judged:
    """Accept, send back with the issues, or reject."""
    return judge(state, parts)


@step("write", timed=False)
def write(state: WriteInput, parts: Components) -> Written:
    """Write the part in one transaction, where there is a store; decisions about it first, which then count for it."""
    part, decisions = state["graph"], state.get("decisions", ())
    if parts.store is None:
        return {"graph": review(part, decisions).part} if decisions else {}
    if not decisions:
        return {"result": parts.store.write(part)}
    parts.store.decide(decisions)
    result = parts.store.write(part)
    return {"result": result, "graph": review(part, parts.store.decisions(part.document.id)).part}
