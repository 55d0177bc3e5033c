"""The words of a text as cues are looked for in them: contractions written out, and a quick first look."""

from __future__ import annotations

import re
import string

from kg_builder.text.phrases import Words, split_words

_MARK = re.compile(r"[^\w\s]|_")
_BLANKED = str.maketrans(dict.fromkeys(string.punctuation, " "))
_APOSTROPHES = frozenset("'`´′")
_IRREGULAR = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_VERBS = ("do", "does", "did", "is", "are", "was", "were", "has", "have", "had", "could", "would", "should", "ca", "wo")
_FUSED = frozenset(f"{verb}nt" for verb in _VERBS)
CONTRACTED = _FUSED | {"t"}
"""A text with none of these words has no contracted "not"."""


def flattened(text: str) -> str:
    """The text in lower case with blanks for punctuation, offsets kept: quicker than finding its words."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered.translate(_BLANKED)
    if len(lowered) != len(text):
        lowered = "".join(character.lower()[:1] for character in text)
    return _MARK.sub(" ", lowered)


def words_of(text: str, start: int = 0, end: int | None = None) -> Words:
    """The words of ``text[start:end]`` with "doesn't" and "doesnt" read as "does not"."""
    words = split_words(text, start, end)
    return words if CONTRACTED.isdisjoint(words.keys) else _with_contractions(words)


def _with_contractions(words: Words) -> Words:
    whole = Words([], [], [])
    skip = 0
    for place, key in enumerate(words.keys):
        if skip:
            skip -= 1
            continue
        end = words.ends[place]
        if key in _FUSED:
            verb, cut = key[:-2], end - 2
        elif _not_follows(words, place):
            verb, cut, skip = key[:-1], end - 1, 2
            end = words.ends[place + 2]
        else:
            _append(whole, key, words.starts[place], end)
            continue
        _append(whole, _IRREGULAR.get(verb, verb), words.starts[place], cut)
        _append(whole, "not", cut, end)
    return whole


def _not_follows(words: Words, place: int) -> bool:
    """Whether a word ends in n, with ' and t joined to it."""
    keys, starts, ends = words.keys, words.starts, words.ends
    return (
        keys[place][-1] == "n"
        and len(keys[place]) > 1
        and keys[place + 2 : place + 3] == ["t"]
        and keys[place + 1] in _APOSTROPHES
        and starts[place + 1] == ends[place]
        and starts[place + 2] == ends[place + 1]
    )


def _append(words: Words, key: str, start: int, end: int) -> None:
    words.keys.append(key)
    words.starts.append(start)
    words.ends.append(end)
