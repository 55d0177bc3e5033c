"""What a person answers about one item: other concepts, or another span, type, assertion or predicate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kg_builder.cli.reviewing import on_one_line
from kg_builder.records import Assertion, Concept, Mention, Relation
from kg_builder.review import Edit, Item

if TYPE_CHECKING:
    from kg_builder.schema import Schema

Read = Callable[[str], str | None]
Say = Callable[[str], None]
Span = tuple[int, int, str]


class _Answers:
    """Asks again until an answer fits; an empty one leaves things as they are."""

    def __init__(self, read: Read, say: Say, item: Item, schema_name: str = "") -> None:
        self._read = read
        self._say = say
        self._item = item
        self._schema_name = schema_name

    def _one_of(self, what: str, current: str, choices: Sequence[str]) -> str | None:
        """One of the choices, whatever its case; any text where there are none. None: as it is."""
        folded = {choice.casefold(): choice for choice in choices}
        while answer := (self._read(f"{what} [{on_one_line(current)}]: ") or "").strip():
            found = folded.get(answer.casefold(), None if choices else answer)
            if found is not None:
                return None if found == current else found
            self._say(f"one of: {', '.join(choices)}")
        return None

    def _assertion(self, current: Assertion) -> Assertion | None:
        found = self._one_of("assertion", current.value, [each.value for each in Assertion])
        return None if found is None else Assertion(found)

    def _edit(self, **changes: object) -> Edit | None:
        if all(value is None for value in changes.values()):
            self._say("nothing was changed")
            return None
        return Edit.model_validate(changes)


class MentionAnswers(_Answers):
    """About a mention."""

    def concepts(self, candidates: Callable[[str], Sequence[Concept]]) -> list[Concept]:
        """Those that are chosen from what a name or id finds; none: as it is."""
        found: Sequence[Concept] = ()
        while answer := (self._read("name or id of a concept, or numbers of those below: ") or "").strip():
            numbers = answer.replace(",", " ").split()
            if found and all(number.isdecimal() and 0 < int(number) <= len(found) for number in numbers):
                return [found[int(number) - 1] for number in dict.fromkeys(numbers)]
            found = candidates(answer)
            for number, concept in enumerate(found, start=1):
                self._say(
                    f"{number}. {on_one_line(concept.name)} {on_one_line(concept.id)} [{on_one_line(concept.type)}]"
                )
            if not found:
                self._say("no concept is called anything like this")
        return []

    def edit(self) -> Edit | None:
        """Another span, type or assertion; None: all as it is."""
        reading = self._item.reading
        assert isinstance(reading, Mention), "the item is a mention"
        span = self._span(reading)
        schema = schema_of(self._schema_name)
        types = [] if schema is None else [entity.name for entity in schema.entities]
        start, end, text = span or (None, None, None)
        return self._edit(
            start=start,
            end=end,
            text=text,
            type=self._one_of("type", reading.type, types),
            assertion=self._assertion(reading.assertion),
        )

    def _span(self, reading: Mention) -> Span | None:
        """Where the answer stands in the sentence, nearest to the mention."""
        while answer := (self._read(f"text [{on_one_line(reading.text)}]: ") or "").strip():
            places = _places(answer, self._item)
            if not places:
                self._say("this isn't in the sentence, to the letter")
                continue
            start = min(places, key=lambda place: abs(place - reading.start))
            end = start + len(answer)
            return None if (start, end) == (reading.start, reading.end) else (start, end, answer)
        return None


class RelationAnswers(_Answers):
    """About a relation."""

    def edit(self) -> Edit | None:
        """Another predicate or assertion; None: all as it is."""
        reading = self._item.reading
        assert isinstance(reading, Relation), "the item is a relation"
        schema = schema_of(self._schema_name)
        predicates = [] if schema is None else [relation.name for relation in schema.relations]
        return self._edit(
            predicate=self._one_of("predicate", reading.predicate, predicates),
            assertion=self._assertion(reading.assertion),
        )


def _places(text: str, item: Item) -> list[int]:
    """Where a text begins in the item's sentence, by offset in the document."""
    sentence, found = item.sentence_text, []
    start = sentence.find(text)
    while start >= 0:
        found.append(item.sentence[0] + start)
        start = sentence.find(text, start + 1)
    return found


def schema_of(name: str) -> Schema | None:
    """That a document was read with, if it can still be found."""
    from kg_builder.errors import KgBuilderError
    from kg_builder.schemas import load_schema

    try:
        return load_schema(name)
    except KgBuilderError:
        return None
