"""Sentences of biomedical and clinical text, English and Vietnamese.

Rules only, in linear time: `kg_builder.text.lines` decides about line breaks, this module about
punctuation. The words that decide are in ``sentence_words.tsv``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kg_builder.text.lines import ITEM, sentence_words, split_blocks

# The first alternative is a stop with closing quotes and a citation mark, the second one a missing space
# ("was given.The patient"), the third the end of a label in capitals ("RESULTS:"). The look-behind
# keeps long runs of stops linear.
_CANDIDATE = re.compile(
    r"[.!?…](?<![.!?…][.!?…])"
    r"(?:[.!?…]*+[\"'”’»)\]}]*+(?:\[\d[\d,\s–-]{0,20}\])?(?=\s)|(?=[A-Z][a-z]{2}))"
    r"|[。！？]++[”’」』）]*+"
    r"|[A-Z]:(?=\s)"
)
_LABEL = re.compile(r"[^A-Z\s/&'-]\s+([A-Z][A-Z/&' -]{3,30}:)$")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}$")
"""i.v, b.i.d, U.S"""
_START = re.compile(r"(?:\A\s*+|[.!?]\s++|(?<!\s)\r?\n[ \t]*+\r?\n\s*+)([^\W\d_])")
_OPENING = "([{\"'“‘«¿¡"
_LONGEST_WORD = 40


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Half-open offsets of the sentences, trimmed, in order, covering every character but white space."""
    return list(_split(text))


@lru_cache(maxsize=4)  # the steps of a workflow ask for those of one text one after the other
def _split(text: str) -> tuple[tuple[int, int], ...]:
    small = starts_in_lower_case(text)
    sentences: list[tuple[int, int]] = []
    for start, end in split_blocks(text, lower_case_starts=small):
        for cut in _cuts(text, start, end, small=small):
            _append_trimmed(sentences, text, start, cut)
            start = cut  # noqa: PLW2901
        _append_trimmed(sentences, text, start, end)
    return tuple(sentences)


def sentence_at(sentences: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The sentence, or run of sentences, that contains the span; the span itself where there is none."""
    first = bisect_right(sentences, start, key=lambda sentence: sentence[0]) - 1
    last = bisect_right(sentences, max(start, end - 1), key=lambda sentence: sentence[0]) - 1
    begins = sentences[first][0] if first >= 0 and sentences[first][1] > start else start
    ends = sentences[last][1] if last >= 0 else end
    return min(begins, start), max(ends, end)


def starts_in_lower_case(text: str) -> bool:
    """Whether most sentences of the text begin with a small letter, as in notes typed in haste."""
    starts: list[str] = _START.findall(text)
    small = sum(letter.islower() for letter in starts)
    return small > 1 and 2 * small > len(starts)


def _append_trimmed(sentences: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begins = start + len(piece) - len(piece.lstrip())
        sentences.append((begins, begins + len(stripped)))


def _cuts(text: str, start: int, end: int, *, small: bool) -> Iterator[int]:
    """Offsets within a block after which a new sentence begins."""
    last = start
    for match in _CANDIDATE.finditer(text, start, end):
        stop, after = match.span()
        cut: int | None
        if text[after - 1] == ":":
            label = _LABEL.search(text, max(last, stop - _LONGEST_WORD), after)
            cut = label.start(1) if label else None
        else:
            cut = after if _ends_sentence(text, last, stop, after, small=small) else None
        if cut is not None and cut > last:
            yield cut
            last = cut


def _ends_sentence(text: str, sentence: int, stop: int, after: int, *, small: bool) -> bool:
    """Whether the punctuation in ``text[stop:after]`` ends the sentence that began at `sentence`."""
    mark, before = text[stop], text[max(sentence, stop - _LONGEST_WORD) : stop]
    if mark in "。！？":
        return True
    if after < len(text) and not text[after].isspace():
        # a space is missing: "was given.The patient", but not "Ph.D"
        return len(before) > 3 and before[-3:].isalpha() and before[-3:].islower()
    following = _next_word(text, after)
    if mark == "." and text[stop + 1 : stop + 2] != ".":
        return _period_ends(before, following, small=small)
    # a question mark that stands alone is a clinician's doubt: "fever, ? sepsis"
    doubt = mark == "?" and before[-1:].isspace()
    return not doubt and (small or not following[:1].islower())


def _period_ends(before: str, following: str, *, small: bool) -> bool:
    """Whether a period between `before` (the sentence so far, or its last characters) and a word ends the sentence."""
    # tokenized text has a blank before the period: "M . tuberculosis"
    word = re.split(r"[\s/(\[-]", before.rstrip())[-1].lstrip(_OPENING)
    number, bracket = following[:1].isdigit(), following[:1] in _OPENING
    capital = following[:1].isalpha() and not following[:1].islower()
    opens = following.lower() in sentence_words("opener")
    if _listed(word, "never") or ITEM.fullmatch(before.strip() + "."):
        ends = False
    elif _DOTTED.match(word):
        ends = opens if word.isupper() else capital
    elif len(word) == 1 and word.isalpha() and not _listed(word, "may end"):
        ends = opens and (capital or small)
    elif number and word.isdigit() and len(word) <= 2:
        ends = False  # a decimal point with blanks around it: "0. 05", "16. 7"
    elif _listed(word, "number"):
        ends = not number and not bracket
    elif _listed(word, "may end"):
        ends = capital
    else:
        # "p53", "mRNA" and "pH" open sentences too
        ends = small or not following[:1].islower() or any(c.isdigit() or c.isupper() for c in following)
    return ends


def _listed(word: str, kind: str) -> bool:
    words = sentence_words(kind)
    return word in words or word.lower() in words


def _next_word(text: str, position: int) -> str:
    pieces = text[position : position + _LONGEST_WORD].split(None, 1)
    return pieces[0].lstrip("\"'“‘«").rstrip(",;:") if pieces else ""
