"""Several extractors that vote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.errors import ModelError, SettingsError, TransientModelError
from kg_builder.extract.voting import EnsembleSettings, Verdict, candidates_of, decide
from kg_builder.protocols import Extraction, ExtractionRequest, Extractor
from kg_builder.records import Issue, Mention, Provenance, Reject
from kg_builder.schema import EntityType, Role, Schema
from kg_builder.text.long_requests import extract_whole


@dataclass(frozen=True, slots=True)
class _Ballot:
    """What one member gives, with the schema's types."""

    mentions: list[tuple[str, Mention]]
    """Semantic group and mention."""
    groups: frozenset[str]
    """Those that it can give."""
    rejects: list[Reject]


class EnsembleExtractor:
    """Asks its members and keeps what enough of them give.

    Mentions come with the schema's types. A member that fails is left out, with a reject that says so; one that isn't
    made for the text's language isn't asked, unless none is.
    """

    max_characters: int | None = None

    def __init__(self, members: Mapping[str, Extractor], vote: EnsembleSettings, *, name: str) -> None:
        """`members`: extractors by name, those of `vote` among them. Raises SettingsError where one is missing."""
        if missing := [member for member in vote.members if member not in members]:
            raise SettingsError(f"The ensemble '{name}' has members that don't exist: {', '.join(missing)}.")
        self._members = {member: members[member] for member in vote.members}
        self._vote = vote
        extractors = self._members.values()
        self.name = name
        self.model: str | None = _models(self._members.items())
        self.deterministic = all(extractor.deterministic for extractor in extractors)
        self.remote = any(extractor.remote for extractor in extractors)
        self.languages = _served(extractor.languages for extractor in extractors)
        self.kinds = _served(extractor.kinds for extractor in extractors)

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:
        """The schema's types that a member can give."""
        asked = self._asked(language)
        given = {group for member in asked for group in _types(self._members[member], schema, language).values()}
        return {entity.name: entity.semantic_group for entity in schema.entities if entity in given}

    def extract(self, request: ExtractionRequest) -> Extraction:
        """What the vote accepts; everything else as rejects. Raises ModelError where all members fail."""
        ballots: dict[str, _Ballot] = {}
        rejects: list[Reject] = []
        failure: ModelError | None = None
        for member in self._asked(request.language):
            try:
                ballots[member] = _ballot(self._members[member], request)
            except TransientModelError:
                raise
            except ModelError as error:
                failure = error
                rejects.append(_failed(member))
        if not ballots and failure is not None:
            raise failure
        rejects += (reject for ballot in ballots.values() for reject in ballot.rejects)
        mentions = []
        for verdict in self._verdicts(ballots):
            if verdict.issue is None:
                mentions.append(self._signed(verdict))
            else:
                rejects.append(_refused(verdict, request.schema))
        return Extraction(mentions, rejects)

    def _asked(self, language: str) -> list[str]:
        """Members made for a language; all of them where none is, or where it isn't known."""
        made = [
            member
            for member, extractor in self._members.items()
            if language == "und" or not extractor.languages or language in extractor.languages
        ]
        return made or list(self._members)

    def _verdicts(self, ballots: Mapping[str, _Ballot]) -> Iterator[Verdict]:
        for candidate in candidates_of({member: ballot.mentions for member, ballot in ballots.items()}):
            electorate = [
                member
                for member, ballot in ballots.items()
                if candidate.group in ballot.groups or member in candidate.mentions
            ]
            yield decide(candidate, electorate, self._vote)

    def _signed(self, verdict: Verdict) -> Mention:
        """With the ensemble's name and the members that gave it."""
        model = _models((member, self._members[member]) for member in verdict.voters)
        return verdict.mention.model_copy(update={"provenance": Provenance(extractor=self.name, model=model)})


def _ballot(extractor: Extractor, request: ExtractionRequest) -> _Ballot:
    found = extract_whole(extractor, request)
    types = _types(extractor, request.schema, request.language)
    mentions: list[tuple[str, Mention]] = []
    rejects = list(found.rejects)
    for mention in found.mentions:
        entity = types.get(mention.type) or request.schema.entity(mention.type)
        if entity is None:
            rejects.append(_unknown_type(mention, request.schema))
        else:
            mentions.append((_group(entity), mention.model_copy(update={"type": entity.name})))
    return _Ballot(mentions, frozenset(map(_group, types.values())), rejects)


def _types(extractor: Extractor, schema: Schema, language: str) -> dict[str, EntityType]:
    """The schema's type of each of the extractor's labels that has one."""
    labels = extractor.labels(schema, language)
    found = ((label, schema.entity_for_label(label, group)) for label, group in labels.items())
    return {label: entity for label, entity in found if entity is not None}


def _group(entity: EntityType) -> str:
    """What makes mentions alike: members may call one thing a symptom and a disease."""
    return entity.semantic_group or entity.name


def _served(each: Iterable[frozenset[str]]) -> frozenset[str]:
    """Of all members together; empty (any) where one of them takes any."""
    sets: Sequence[frozenset[str]] = list(each)
    return frozenset().union(*sets) if all(sets) else frozenset()


def _models(members: Iterable[tuple[str, Extractor]]) -> str:
    """Names with models, for provenance."""
    return " + ".join(
        member if extractor.model is None else f"{member} ({extractor.model})" for member, extractor in members
    )


def _failed(member: str) -> Reject:
    issue = Issue(code="extractor-failed", message=f"The extractor '{member}' failed; the other members went on.")
    return Reject(kind="answer", issues=(issue,))


def _unknown_type(mention: Mention, schema: Schema) -> Reject:
    names = ", ".join(entity.name for entity in schema.entities)
    issue = Issue(code="unknown-type", message=f"'{mention.type}' is not a type; use one of {names}.")
    return Reject(
        kind="mention", type=mention.type, start=mention.start, end=mention.end, text=mention.text, issues=(issue,)
    )


def _refused(verdict: Verdict, schema: Schema) -> Reject:
    mention, entity = verdict.mention, schema.entity(verdict.mention.type)
    secret = entity is not None and entity.role is Role.IDENTIFIER
    said = f"{len(verdict.voters)} of {verdict.electorate} members gave it"
    confidence = "" if mention.confidence is None else f", confidence {mention.confidence:.3f}"
    issue = Issue(code=verdict.issue or "outvoted", message=f"{said}{confidence}.")
    return Reject(
        kind="mention",
        type=mention.type,
        start=mention.start,
        end=mention.end,
        text=None if secret else mention.text,
        issues=(issue,),
    )
