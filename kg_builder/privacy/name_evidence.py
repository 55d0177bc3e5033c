"""What the words of a run say about whether it is a person's name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg_builder.privacy.name_runs import Run, Word
from kg_builder.privacy.words import unmarked, words

LEAST_REPEATED = 3
"""Letters of a name's word that is looked for in the rest of the text, and of one that stands alone."""
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVW")
_MIXED = re.compile(r"^(?!Mc|Mac|Fitz|De|Di|Du|La|Le|Van|O)\w*[a-z][A-Z]")
_LEAST_SHOUTED = 5
"""Letters of a word in capitals that may be a name with a weak cue."""


def cut(run: Run) -> Run | None:
    """Up to the first ordinary word after the first; None where that is one that no name is."""
    if run.words[0].key in words().institutions or run.words[0].text in words().stand_ins - _LETTERS:
        return None
    kept = [run.words[0]]
    for word in run.words[1:]:
        full = Run(tuple(kept)).full
        particles = not full and not run.words[0].initial
        surname = particles or (len(full) == 1 and given_like(run.words[0]) and not word.text.isupper())
        if (plain(word) and not surname) or word.key in words().institutions:
            break
        kept.append(word)
    while len(kept) > 1 and not kept[-1].text[0].isupper():
        kept.pop()
    return Run(tuple(kept)) if len(kept) > 1 or not function_word(kept[0]) else None


def given_like(word: Word) -> bool:
    """A word behind which an ordinary one may be a surname: ``Brooke Gross``."""
    return words().known(word.key) or not (plain(word) or eponym(word) or shouted(word))


def whole(run: Run) -> Run | None:
    """Two words at least, ordinary or not; all of them, where one has Vietnamese marks."""
    rest = cut(run)
    if any(unmarked(word.text) != word.text for word in run.words):
        return run
    return rest if rest is not None and len(rest.words) > 1 else Run(run.words[:2])


def personal(run: Run, *, single: bool) -> bool:
    """Whether it can be a person with a weak cue. `single`: also one word alone, if it is unlike others."""
    if any(word.key in words().institutions for word in run.words):
        return False
    if len(run.full) > 1:
        eponyms = all(eponym(word) for word in run.full)
        upper = all(word.text.isupper() for word in run.full) and any(len(word.text) > 2 for word in run.full)
        short = any(shouted(word) for word in run.full) and not upper
        return vietnamese(run) or not (eponyms or short or plain(run.full[0]))
    if len(run.full) == 0:
        return False
    only = run.full[0]
    if shouted(only):
        return False
    if not single:
        return only.key in words().given
    return words().known(only.key) or not (plain(only) or eponym(only) or len(only.text) < LEAST_REPEATED)


def clinical_part(run: Run, spans: Iterable[tuple[int, int]], *, cued: bool = True) -> bool:
    """Whether spans of clinical names that touch the run make it none of a person. A last name alone isn't counted
    where there is a cue (``with Aimee Parkinson``), unless all is in capitals (``WITH INJ FUROSEMIDE``), nor a part
    of a name whose words lists know.
    """
    several = len(run.full) > 1
    if several and all(words().known(word.key) for word in run.full):
        return any(not _within(run, *span) for span in spans)
    last = [run.words[-1]] if cued and several and not all(word.text.isupper() for word in run.words) else None
    return any(_within(run, *span) != last for span in spans)


def _within(run: Run, start: int, end: int) -> list[Word]:
    return [word for word in run.words if word.start <= start and end <= word.end]


def shouted(word: Word) -> bool:
    """An abbreviation rather than a name: ``CT``, ``QTcD``."""
    return (word.text.isupper() and len(word.text) < _LEAST_SHOUTED) or _MIXED.search(word.text) is not None


def looks_like_a_name(word: Word) -> bool:
    """In a list of names, or unlike any word that we know."""
    known = words().known(word.key) or word.key in words().vietnamese
    return known or (words().unusual(word.key) and len(word.text) > 1)


def vietnamese(run: Run) -> bool:
    """A Vietnamese surname before one to four short words; without diacritics, two at least."""
    first, *rest = run.words
    if not vietnamese_word(first) or not rest or len(rest) > 4 or any(len(word.text) > 7 for word in rest):
        return False
    if any(unmarked(word.text) != word.text for word in run.words):
        return not any(word.key in {"bệnh", "viện", "đường", "tháng", "quốc"} for word in rest)
    return len(rest) > 1 and not any(plain(word) for word in rest)


def vietnamese_word(word: Word) -> bool:
    """A Vietnamese surname."""
    return word.key in words().vietnamese and len(word.text) > 1


def ordinary(word: Word) -> bool:
    """Not part of a name without a strong cue."""
    return not word.initial and word.key in words().plain | words().eponyms and word.key not in words().given


def plain(word: Word) -> bool:
    """Ordinary, and no name that we know."""
    if word.initial or words().known(word.key):
        return False
    return word.key in words().plain or any(part in words().plain for part in word.key.split("-")[:-1])


def eponym(word: Word) -> bool:
    """The name of a sign, an instrument, a maker or a place, and in no list of names."""
    return word.key in words().eponyms and not words().known(word.key)


def function_word(word: Word) -> bool:
    """An ordinary word that stands for nobody."""
    return plain(word) and word.text not in words().stand_ins
