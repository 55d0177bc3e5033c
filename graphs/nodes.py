"""The nodes of the document workflow: each unpacks its slice of the state, calls a step, packs the answer."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from langgraph.runtime import Runtime

from kg_builder.clean.alignment import CleanText
from kg_builder.errors import DocumentError
from kg_builder.extract.assertion import assert_mentions
from kg_builder.graphs.asking import ask_for_mentions, ask_for_relations
from kg_builder.graphs.assembling import assemble, linked_mentions, on_grounded_ends
from kg_builder.graphs.components import Components, Context
from kg_builder.graphs.state import PackedText, State
from kg_builder.records import Document, Issue, Reject
from kg_builder.select.language import detect_language
from kg_builder.select.routing import select as route
from kg_builder.validate.checks import REPAIRABLE, Setting
from kg_builder.validate.validation import NOT_IN_TEXT, judge_mentions, judge_relations, reject_mention

Node = Callable[[State, Runtime[Context]], State]


def step(name: str) -> Callable[[Callable[[State, Components], State]], Node]:
    """A node from a function of state and components; adds its time to the state."""

    def decorate(function: Callable[[State, Components], State]) -> Node:
        @functools.wraps(function, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
        def node(state: State, runtime: Runtime[Context]) -> State:
            begun = time.perf_counter()
            update = function(state, (runtime.context or Context()).resolve())
            spent = state.get("seconds", {}).get(name, 0.0) + time.perf_counter() - begun
            update["seconds"] = {name: spent}
            return update

        # LangGraph reads the node's types from its signature, which wraps() would have replaced.
        node.__dict__.pop("__wrapped__", None)
        return node

    return decorate


@step("clean")
def clean(state: State, parts: Components) -> State:
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
    text = parts.cleaner.clean(document, language) if parts.cleaner else CleanText.unchanged(document.text)
    return {"document": document, "language": language, "language_reason": reason, "clean": PackedText.pack(text)}


@step("select")
def select(state: State, parts: Components) -> State:
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
    schema = parts.schemas[chosen.schema_name]
    ladder = tuple(
        name
        for name in chosen.extractors
        if any(
            schema.entity_for_label(label, group) is not None
            for label, group in parts.extractors[name].labels(schema, chosen.language).items()
        )
    )
    if not ladder:
        raise DocumentError(
            "no-extractor",
            f"None of the extractors ({', '.join(chosen.extractors)}) can serve the schema '{schema.name}' "
            f"for language '{chosen.language}'.",
            hint="Choose another schema, or configure an extractor for this one.",
        )
    return {"selection": chosen.model_copy(update={"extractors": ladder}), "rung": 0, "attempt": 0, "relate_attempt": 0}


@step("extract")
def extract(state: State, parts: Components) -> State:
    """Ask the extractor; keep what earlier attempts already gave."""
    selection = state["selection"]
    clean_text = state["clean"].unpack(state["document"].text)
    answer = ask_for_mentions(
        clean_text,
        ladder=[parts.extractors[name] for name in selection.extractors],
        rung=state["rung"],
        schema=parts.schemas[selection.schema_name],
        language=selection.language,
        attempt=state["attempt"],
        issues=state.get("feedback", ()),
        document_id=state["document"].id,
    )
    kept = state.get("mentions", ())
    known = {mention.key for mention in kept}
    fresh = [mention for mention in answer.mentions if mention.key not in known]
    asserted = assert_mentions(clean_text.text, [*kept, *fresh], language=selection.language)
    return {
        "mentions": tuple(asserted),
        "rung": answer.rung,
        "fresh_rejects": tuple(answer.rejects),
        "relations": (),
        "extracted": state.get("extracted", 0) + len(fresh) + len(answer.rejects),
    }


@step("relate")
def relate(state: State, parts: Components) -> State:
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
    )
    kept = state.get("relations", ())
    fresh = [relation for relation in answer.relations if relation not in kept]
    return {
        "relations": (*kept, *fresh),
        "fresh_rejects": (*state.get("fresh_rejects", ()), *answer.rejects),
        "extracted": state.get("extracted", 0) + len(fresh) + len(answer.rejects),
    }


@step("normalize")
def normalize(state: State, parts: Components) -> State:
    """Link mentions to concepts and find them in the original text."""
    grounded, concepts = linked_mentions(
        state["clean"].unpack(state["document"].text),
        state["mentions"],
        normalizer=parts.normalizer,
        schema=parts.schemas[state["selection"].schema_name],
        settings_hash=parts.settings_hash,
    )
    return {"grounded": grounded, "concepts": concepts}


@step("validate")
def validate(state: State, parts: Components) -> State:
    """Accept, send back with the issues, or reject."""
    selection = state["selection"]
    schema = parts.schemas[selection.schema_name]
    setting = Setting(
        document=state["document"],
        schema=schema,
        language=selection.language,
        limits=parts.settings.limits,
        concepts={concept.id: concept for concept in state["concepts"]},
    )
    places = [index for index, mention in enumerate(state["grounded"]) if mention is not None]
    candidates = [mention for mention in state["grounded"] if mention is not None]
    lost = [
        reject_mention(mention, NOT_IN_TEXT, schema)
        for mention, grounded in zip(state["mentions"], state["grounded"], strict=True)
        if grounded is None
    ]
    mentions = judge_mentions(candidates, setting, parts.checks)
    kept = tuple(state["mentions"][places[index]] for index in mentions.accepted)
    rejects = (*state.get("fresh_rejects", ()), *lost, *mentions.rejects)
    if (again := _next_extraction(state, parts, repairable(rejects), bool(kept))) is not None:
        rejects = tuple(reject for reject in rejects if reject.kind != "relation")
        dropped = len(state["relations"]) + sum(reject.kind == "relation" for reject in state.get("fresh_rejects", ()))
        return {
            **again,
            "mentions": kept,
            "relations": (),
            "rejects": (*state.get("rejects", ()), *rejects),
            "fresh_rejects": (),
            "extracted": state["extracted"] - dropped,
        }
    accepted = [candidates[index] for index in mentions.accepted]
    stated = on_grounded_ends(state["relations"], state["mentions"], state["grounded"], setting.document, state["clean"])
    relations = judge_relations(stated, frozenset(mention.key for mention in accepted), setting, parts.checks)
    rejects = (*rejects, *relations.rejects)
    if (issues := repairable(relations.rejects)) and _may_relate_again(state, parts):
        return {
            "next": "relate",
            "relate_attempt": state["relate_attempt"] + 1,
            "feedback": issues,
            "mentions": kept,
            "relations": tuple(state["relations"][index] for index in relations.accepted),
            "rejects": (*state.get("rejects", ()), *rejects),
            "fresh_rejects": (),
        }
    graph = assemble(
        document=setting.document,
        selection=selection,
        settings_hash=parts.settings_hash,
        schema=schema,
        mentions=accepted,
        concepts=setting.concepts,
        relations=[stated[index] for index in relations.accepted],
        rejects=(*state.get("rejects", ()), *rejects),
    )
    return {"graph": graph, "accepted": len(accepted) + len(relations.accepted), "next": "write"}


@step("write")
def write(state: State, parts: Components) -> State:
    """Write the part in one transaction, where there is a store."""
    return {"result": parts.store.write(state["graph"])} if parts.store is not None else {}


def repairable(rejects: tuple[Reject, ...]) -> tuple[Issue, ...]:
    """The issues that a model can mend when it is told."""
    return tuple(issue for reject in rejects for issue in reject.issues if issue.code in REPAIRABLE)


def _next_extraction(state: State, parts: Components, issues: tuple[Issue, ...], any_kept: bool) -> State | None:
    """The same extractor again with the issues, the next of the ladder, or None to go on with what there is."""
    if not issues:
        return None
    ladder = state["selection"].extractors
    asked = parts.extractors[ladder[state["rung"]]]
    if not asked.deterministic and state["attempt"] + 1 < parts.settings.attempts:
        return {"next": "extract", "attempt": state["attempt"] + 1, "feedback": issues}
    if not any_kept and state["rung"] + 1 < len(ladder):
        return {"next": "extract", "attempt": 0, "rung": state["rung"] + 1, "feedback": ()}
    return None


def _may_relate_again(state: State, parts: Components) -> bool:
    extractor = parts.relation_extractor
    return extractor is not None and not extractor.deterministic and state["relate_attempt"] + 1 < parts.settings.attempts


