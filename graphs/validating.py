"""The validate node's decision: what is accepted, what is rejected, and whose turn it is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg_builder.graphs.assembling import assemble, attributes_of, on_grounded_ends
from kg_builder.graphs.components import Components
from kg_builder.graphs.state import Judged, Turn, ValidateInput
from kg_builder.records import Issue, Mention, Reject, RelationMention
from kg_builder.schema import Schema
from kg_builder.validate.checks import REPAIRABLE, Setting
from kg_builder.validate.validation import NOT_IN_TEXT, judge_mentions, judge_relations, reject_mention


@dataclass(frozen=True, slots=True)
class Mentions:
    """Verdict on the mentions of all attempts so far."""

    kept: tuple[Mention, ...]
    """In the cleaned text."""
    accepted: tuple[Mention, ...]
    """The same in the original, linked."""
    rejects: tuple[Reject, ...]


@dataclass(frozen=True, slots=True)
class Relations:
    """Verdict on the relations."""

    kept: tuple[RelationMention, ...]
    accepted: tuple[RelationMention, ...]
    rejects: tuple[Reject, ...]


def judge(state: ValidateInput, parts: Components) -> Judged:
    """Send back to the step that gave an invalid answer while its budget lasts; else keep the valid items.

    Relations are judged only when the mentions are settled.
    """
    setting = _setting(state, parts)
    mentions = _mentions(state, parts, setting)
    if (turn := _next_extraction(state, parts, _repairable(mentions.rejects), mentions.kept)) is not None:
        return _again(state, turn, mentions, (), mentions.rejects)
    relations = _relations(state, parts, setting, mentions)
    rejects = (*mentions.rejects, *_given(state, "relation"), *relations.rejects)
    issues = _repairable((*_given(state, "relation"), *relations.rejects))
    if issues and _may_relate_again(state, parts):
        turn = Turn(next="relate", relate_attempt=state["relate_attempt"] + 1, feedback=issues)
        return _again(state, turn, mentions, relations.kept, rejects)
    graph = assemble(
        document=setting.document,
        selection=state["selection"],
        settings_hash=parts.settings_hash,
        mentions=mentions.accepted,
        concepts=setting.concepts,
        relations=relations.accepted,
        rejects=(*state.get("rejects", ()), *rejects),
        attributes=attributes_of(mentions.kept, mentions.accepted, state.get("attributes", ())),
        cleaning=state["clean"].unpack(setting.document.text).edits(),
    )
    return Judged(graph=graph, accepted=len(mentions.accepted) + len(relations.accepted), next="write")


def _setting(state: ValidateInput, parts: Components) -> Setting:
    return Setting(
        document=state["document"],
        schema=_schema(state, parts),
        language=state["selection"].language,
        limits=parts.settings.limits,
        concepts={concept.id: concept for concept in state["concepts"]},
    )


def _schema(state: ValidateInput, parts: Components) -> Schema:
    return parts.schemas[state["selection"].schema_name]


def _mentions(state: ValidateInput, parts: Components, setting: Setting) -> Mentions:
    pairs = list(zip(state["mentions"], state["grounded"], strict=True))
    found = [(mention, grounded) for mention, grounded in pairs if grounded is not None]
    lost = [reject_mention(mention, NOT_IN_TEXT, setting.schema) for mention, grounded in pairs if grounded is None]
    verdict = judge_mentions([grounded for _, grounded in found], setting, parts.checks)
    return Mentions(
        kept=tuple(found[index][0] for index in verdict.accepted),
        accepted=tuple(found[index][1] for index in verdict.accepted),
        rejects=(*_given(state, "mention"), *_given(state, "answer"), *lost, *verdict.rejects),
    )


def _relations(state: ValidateInput, parts: Components, setting: Setting, mentions: Mentions) -> Relations:
    clean = state["clean"].unpack(setting.document.text)
    stated = on_grounded_ends(state["relations"], state["mentions"], state["grounded"], clean)
    verdict = judge_relations(stated, frozenset(item.key for item in mentions.accepted), setting, parts.checks)
    return Relations(
        kept=tuple(state["relations"][index] for index in verdict.accepted),
        accepted=tuple(stated[index] for index in verdict.accepted),
        rejects=verdict.rejects,
    )


def _given(state: ValidateInput, kind: str) -> tuple[Reject, ...]:
    """What the extractors themselves rejected in this attempt."""
    return tuple(reject for reject in state.get("fresh_rejects", ()) if reject.kind == kind)


def _again(
    state: ValidateInput,
    turn: Turn,
    mentions: Mentions,
    relations: tuple[RelationMention, ...],
    rejects: Sequence[Reject],
) -> Judged:
    """Another turn, with what is valid kept.

    Relations of a failed attempt at mentions are asked for again, so they don't count.
    """
    unjudged = 0
    if turn["next"] == "extract":
        unjudged = len(state["relations"]) + len(_given(state, "relation"))
    return Judged(
        next=turn["next"],
        rung=turn.get("rung", state["rung"]),
        attempt=turn.get("attempt", state["attempt"]),
        relate_attempt=turn.get("relate_attempt", state["relate_attempt"]),
        feedback=turn.get("feedback", ()),
        mentions=mentions.kept,
        relations=relations,
        rejects=(*state.get("rejects", ()), *rejects),
        fresh_rejects=(),
        extracted=state["extracted"] - unjudged,
    )


def _repairable(rejects: Sequence[Reject]) -> tuple[Issue, ...]:
    """The issues that a model can mend when it is told."""
    return tuple(issue for reject in rejects for issue in reject.issues if issue.code in REPAIRABLE)


def _next_extraction(
    state: ValidateInput, parts: Components, issues: tuple[Issue, ...], kept: Sequence[Mention]
) -> Turn | None:
    """The same extractor again with the issues, the next of the ladder, or None to go on with what there is."""
    if not issues:
        return None
    ladder = state["selection"].extractors
    asked = parts.extractors[ladder[state["rung"]]]
    if not asked.deterministic and state["attempt"] + 1 < parts.settings.attempts:
        return Turn(next="extract", attempt=state["attempt"] + 1, feedback=issues)
    if not kept and state["rung"] + 1 < len(ladder):
        return Turn(next="extract", attempt=0, rung=state["rung"] + 1, feedback=())
    return None


def _may_relate_again(state: ValidateInput, parts: Components) -> bool:
    extractor = parts.relation_extractor
    if extractor is None or extractor.deterministic:
        return False
    return state["relate_attempt"] + 1 < parts.settings.attempts
