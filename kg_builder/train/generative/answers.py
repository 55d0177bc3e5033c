"""Right answers of the list family: lower-case names, and ``chemical | disease`` pairs, each once, in text order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg_builder.corpora.records import GoldDocument
from kg_builder.records import Mention
from kg_builder.text.chunks import Chunk

INFLUENCE = "CID"
"""BC5CDR's predicate of chemical-induced diseases."""


def whole_in(chunk: Chunk, mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions that lie in the chunk, in text order."""
    inside = [mention for mention in mentions if chunk.start <= mention.start and mention.end <= chunk.end]
    return sorted(inside, key=lambda mention: (mention.start, mention.end))


def listed_names(mentions: Sequence[Mention], label: str) -> list[str]:
    """Names of the mentions of one type."""
    return list(dict.fromkeys(_written(mention) for mention in mentions if mention.type == label))


def listed_pairs(document: GoldDocument, chunk: Chunk) -> list[str]:
    """The document's influences both ends of which stand in the chunk, each under the ends' first names there."""
    inside = whole_in(chunk, document.mentions)
    first: dict[str, Mention] = {}
    for mention in inside:
        for concept in mention.concepts:
            first.setdefault(concept, mention)
    found = []
    for relation in document.relations:
        if relation.predicate != INFLUENCE:
            continue
        if relation.subject_mention is not None and relation.object_mention is not None:
            ends = (document.mentions[relation.subject_mention], document.mentions[relation.object_mention])
            found += [ends] if all(end in inside for end in ends) else []
        else:
            found += [(first[one], first[two]) for one, two in relation.concept_pairs if one in first and two in first]
    ordered = sorted(found, key=lambda pair: sorted(end.start for end in pair))
    return list(dict.fromkeys(f"{_written(chemical)} | {_written(disease)}" for chemical, disease in ordered))


def _written(mention: Mention) -> str:
    """In lower case, on one line."""
    return " ".join(mention.text.lower().split())
