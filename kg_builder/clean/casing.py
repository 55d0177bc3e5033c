"""Passages typed in capitals become sentence case, character by character.

The unit is the sentence: one that is all capitals and long enough is a passage, and so are shorter
ones on the same line. Headings, acronyms (cased_words.txt), tokens with digits, Roman numerals and
units stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from kg_builder.clean.alignment import Edit
from kg_builder.clean.headings import is_heading, label, looks_like_heading

_TRIGGER = re.compile(r"[A-Z\u00c0-\u1eff][^a-z\n]{11}")
_SENTENCE = re.compile(r"(?:[^.!?\n]++|[.!?](?!\s|$))+[.!?]*")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_NOT_CAPITAL = bytes(code for code in range(256) if not chr(code).isupper() or code > 127)
_NOT_SMALL = bytes(code for code in range(256) if not chr(code).islower() or code > 127)
_CAPITAL_SHARE = 0.9
_SHOUTING_SHARE = 0.6
_FEWEST_WORDS = 4
_FEWEST_LETTERS = 18


@lru_cache
def cased_words() -> Mapping[str, str]:
    """The word in capitals → how it is written, from cased_words.txt."""
    lines = files(__package__).joinpath("cased_words.txt").read_text(encoding="utf-8").splitlines()
    return {line.upper(): line for line in lines if line and not line.startswith("#")}


def shouting(text: str, kept: Mapping[str, str]) -> list[Edit]:
    """Capitals undone. `kept` gives words (in capitals) with the form they keep."""
    if not _TRIGGER.search(text):
        return []
    loud = _is_loud(text)
    edits: list[Edit] = []
    for start, end in _line_bodies(text, loud=loud):
        sentences = [(_after_label(text, m.start(), m.end()), m.end()) for m in _SENTENCE.finditer(text, start, end)]
        capital = [_in_capitals(text[a:b]) for a, b in sentences]
        strong = [
            caps and _is_passage(text[a:b], kept, loud=loud) for caps, (a, b) in zip(capital, sentences, strict=True)
        ]
        for index, (a, b) in enumerate(sentences):
            beside = any(strong[max(0, index - 1) : index + 2])
            if strong[index] or (capital[index] and beside and b - a > 3):
                quiet = sentence_case(text[a:b], kept)
                if quiet != text[a:b]:
                    edits.append(Edit(a, b, quiet))
    return edits


def _after_label(text: str, start: int, end: int) -> int:
    """Where a sentence goes on after a heading inside the line (``… was seen. TRIAL REGISTRATION: none``)."""
    found = label(text, start)
    return found.end() if found and found.end() <= end else start


def _is_loud(text: str) -> bool:
    """Whether most of the text is in capitals, so that short lines count too."""
    plain = text.encode("ascii", "ignore")
    capitals = len(plain.translate(None, _NOT_CAPITAL))
    small = len(plain.translate(None, _NOT_SMALL))
    return capitals > 60 and capitals > _SHOUTING_SHARE * (capitals + small)


def _line_bodies(text: str, *, loud: bool) -> Iterator[tuple[int, int]]:
    """What stands on each line that may hold a passage, without heading or label."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if (loud and end - start > 3) or _TRIGGER.search(text, start, end):
            line = text[start:end] if end - start < 100 else ""
            if not (is_heading(line) if loud else looks_like_heading(line)):
                yield _after_label(text, start, end), end
        start = end + 1


def _in_capitals(sentence: str) -> bool:
    capitals = sum(map(str.isupper, sentence))
    return capitals > 1 and capitals >= _CAPITAL_SHARE * (capitals + sum(map(str.islower, sentence)))


def _is_passage(sentence: str, kept: Mapping[str, str], *, loud: bool) -> bool:
    """Long enough, and made of ordinary words rather than acronyms."""
    words = _LETTERS.findall(sentence)
    ordinary = [word for word in words if len(word) > 3 and word.upper() not in kept]
    if loud:
        return len(words) > 1 and len(ordinary) > 0
    enough = len(words) >= _FEWEST_WORDS and sum(map(len, words)) >= _FEWEST_LETTERS
    return enough and len(ordinary) > 1 and 2 * sum(map(len, ordinary)) >= sum(map(len, words))


def sentence_case(sentence: str, kept: Mapping[str, str]) -> str:
    """The sentence with one capital at its start, of the same length."""
    pieces: list[str] = []
    done, first = 0, True
    for match in _WORD.finditer(sentence):
        if not match.group().isupper():
            first = False
            continue
        word = _quiet(match.group(), kept, touches_digit=_touches_digit(sentence, match.start(), match.end()))
        if first and word.islower():
            word = word[0].upper() + word[1:]
        first = False
        pieces += (sentence[done : match.start()], word)
        done = match.end()
    quiet = "".join((*pieces, sentence[done:]))
    return quiet if len(quiet) == len(sentence) else sentence


def _touches_digit(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isdigit() or text[end : end + 1].isdigit()


def _quiet(word: str, kept: Mapping[str, str], *, touches_digit: bool) -> str:
    stem, mark, ending = word.partition("'")
    upper = stem.upper()
    if upper in kept:
        return kept[upper] + mark + ending.lower()
    if len(word) == 1:
        return "a" if word == "A" and not touches_digit else word
    if touches_digit and len(word) < 4:
        return word
    return lowered(word)


def lowered(word: str) -> str:
    """Lower case, letter by letter, where that keeps the length."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in word)
