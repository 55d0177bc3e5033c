"""Drugs and diseases: what the recognizer finds, and what stands where a drug's name stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from kg_builder.clean.rewriting.denials import denied_stems
from kg_builder.clean.rewriting.differences import ADDED, CHANGED, LOST, Texts, issue
from kg_builder.clean.rewriting.lists import filler, rows, units
from kg_builder.clean.rewriting.words import Word, is_word, read_name, stem, written_out
from kg_builder.records import Assertion, Issue, Mention
from kg_builder.text.phrases import split_words

Recognize = Callable[[str], Sequence[Mention]]
"""Drugs and diseases of a text with what it says of them; their `concepts` where they are known."""

_FORMS = frozenset(
    {"tablet", "capsule", "syrup", "injection", "ointment", "drops", "suspension", "cream", "gel", "lotion", "inhaler"}
)
_DOSED = frozenset({"mg", "g", "ug", "IU", "mEq", "mmol", "kIU"})
_TEST = "Test"
_TYPO = 84.0
"""Likeness of a misspelled name to the name, in per cent."""
_LONG_ENOUGH = 6


@dataclass(frozen=True, slots=True)
class Named:
    """A drug or disease of one text."""

    text: str
    stems: frozenset[str]
    """Of its words as both texts are read."""
    plain: frozenset[str]
    """Of its words as they stand."""
    ids: frozenset[str]
    negated: bool
    """Only of what one can have: no test is denied."""


def name_differences(texts: Texts, recognize: Recognize) -> list[Issue]:
    """Names that are in one text only, and findings that are denied in one and affirmed in the other."""
    before, after = (
        list(_named(texts.source, texts.rewrite, recognize)),
        list(_named(texts.rewrite, texts.source, recognize)),
    )
    source = stems_of(texts.source_words, texts.source, texts.rewrite) | texts.spelled
    rewrite = stems_of(texts.rewrite_words, texts.rewrite, texts.source) | texts.spelled
    lost = [item for item in before if not _there(item, after, rewrite, frozenset())]
    known = frozenset(part for item in before for part in item.stems)
    added = [item for item in after if not _there(item, before, source, source - known)]
    return [*_described(lost, added), *_denied(texts, before, after), *_unknown_drugs(texts, source, rewrite)]


def _named(text: str, other: str, recognize: Recognize) -> Iterator[Named]:
    written = written_out(text, other).text
    for mention in recognize(written):
        stems = frozenset(stem(word.key) for word in read_name(mention.text) if _content(word.key))
        if stems:
            plain = frozenset(stem(key) for key in split_words(mention.text).keys if _content(key))
            negated = mention.assertion is Assertion.NEGATED and mention.type != _TEST
            yield Named(mention.text, stems, plain, frozenset(mention.concepts), negated)


def _content(key: str) -> bool:
    return is_word(key) and key not in filler("function") and key not in filler("editorial")


@lru_cache
def _generic() -> frozenset[str]:
    """Stems that make a name longer but no other: the drug's frequency, scan, level, surgery."""
    spellings = (spelling for row in rows("units") for spelling in row[3].split("|"))
    frequencies = (word for row in rows("frequency_words") for word in row[2].split())
    return frozenset(stem(word) for word in (*filler("added"), *spellings, *frequencies, "every"))


def _there(item: Named, others: Sequence[Named], stems: frozenset[str], typed: frozenset[str]) -> bool:
    """Whether the other text has it: as a concept, in its words, or misspelled among the words `typed`."""
    if any(item.ids & other.ids or item.stems == other.stems for other in others):
        return True
    if item.plain - _generic() <= stems:
        return True
    return all(
        part in stems or (len(part) >= _LONG_ENOUGH and any(ratio(part, word) >= _TYPO for word in typed))
        for part in item.stems
    )


def _described(lost: Sequence[Named], added: Sequence[Named]) -> Iterator[Issue]:
    for was, became in zip(lost, added, strict=False):
        yield issue(CHANGED, f"'{was.text}' of the text became '{became.text}'.")
    yield from (issue(LOST, f"'{item.text}' of the text is missing.") for item in lost[len(added) :])
    yield from (issue(ADDED, f"'{item.text}' is not in the text.") for item in added[len(lost) :])


def _denied(texts: Texts, before: Sequence[Named], after: Sequence[Named]) -> Iterator[Issue]:
    """Only where the words around say so too: a scope is easily misread in shorthand."""
    here, there = denied_stems(texts.source_words), denied_stems(texts.rewrite_words)
    for item in before:
        alike = [other for other in after if item.ids & other.ids or item.stems == other.stems]
        same = [other for other in before if item.ids & other.ids or item.stems == other.stems]
        states, was = {other.negated for other in alike}, {other.negated for other in same}
        if states and states.isdisjoint(was) and (item.stems <= here) != (item.stems <= there):
            said = "denied" if item.negated else "not denied"
            yield issue(CHANGED, f"'{item.text}' is {said} in the text; this changed.")
            return


def _unknown_drugs(texts: Texts, source: frozenset[str], rewrite: frozenset[str]) -> Iterator[Issue]:
    """Words in the place of a drug's name that the other text has nowhere."""
    for key in sorted(_in_drug_places(texts.source_words)):
        if stem(key) not in rewrite and not _plain(key):
            yield issue(LOST, f"'{key}' of the text is missing.")
    for key in sorted(_in_drug_places(texts.rewrite_words)):
        if stem(key) not in source and not _plain(key):
            yield issue(ADDED, f"'{key}' is not in the text.")


def _in_drug_places(words: Sequence[Word]) -> frozenset[str]:
    """After "tablet", "syrup" and the like; before a dose."""
    keys = [word.key for word in words]
    found = {keys[place + 1] for place in range(len(keys) - 1) if keys[place] in _FORMS and is_word(keys[place + 1])}
    for unit in units().find(keys):
        place = unit.first - 1
        if unit.value[0] in _DOSED and place > 0 and keys[place][0].isdigit() and is_word(keys[place - 1]):
            found.add(keys[place - 1])
    return frozenset(key for key in found if len(key) > 2)


def _plain(key: str) -> bool:
    return key in filler("function") or key in filler("editorial") or key in _FORMS


def stems_of(words: Sequence[Word], text: str, other: str) -> frozenset[str]:
    """Of the words as both texts are read, as they stand written out, and as they stand."""
    read = frozenset(stem(word.key) for word in words if word.key[0].isalnum())
    plain = (split_words(written_out(text, other).text).keys, split_words(text).keys)
    return read | {stem(key) for keys in plain for key in keys if is_word(key)}
