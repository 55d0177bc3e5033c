"""Which language a text is in: English, Vietnamese (with or without diacritics), or uncertain.

Rules decide nearly all texts in a fraction of a millisecond: letters that only Vietnamese has, the
syllables of ``vi_syllables.txt`` for Vietnamese typed without diacritics, the words of ``en_words.txt``.
What they leave open goes to py3langid over all its languages, so that French is not taken for English.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

_WORD = re.compile(r"[^\W\d_]+")
# without ă (Romanian) and ẹ ị ọ ụ (Yoruba, Igbo)
_VIETNAMESE = re.compile(r"[ơưđạảấầẩẫậắằẳẵặẻẽếềểễệỉỏốồổỗộớờởỡợủứừửữựỳỵỷỹ]")
_OTHER_SCRIPT = re.compile(r"[\u0400-\u1dff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufeff]")

_LISTS = {"en": "en_words.txt", "vi": "vi_syllables.txt"}
_WINDOW = 1_000
"""Of a long text three windows of so many characters count: beginning, middle, end."""
_FEWEST_WORDS = 3
_LETTERS_SHARE, _SYLLABLES_SHARE, _ENGLISH_SHARE = 0.4, 0.8, 0.35
"""Shares of words that speak for a language in a text that is plainly in it."""
_ENOUGH = 0.35
"""So much of the usual share decides at once."""
_TIMES = 3.0
"""The other language must be so many times weaker, or the text is mixed."""
_MODEL_CONFIDENCE, _WITH_A_LISTED_WORD = 0.5, 0.2
"""The least probability at which the model is believed: alone, and when a listed word supports it."""


class LanguageGuess(NamedTuple):
    """A language and why."""

    language: Literal["en", "vi", "und"]
    """``und``: too short, mixed, or in another language."""
    confidence: float
    """Between 0 and 1, comparable only among guesses with the same kind of reason."""
    reason: str


def detect_language(text: str) -> LanguageGuess:
    """Tell English, Vietnamese, or neither for sure."""
    sample = _sample(text)
    words = _WORD.findall(sample)
    if len(words) < _FEWEST_WORDS:
        return LanguageGuess("und", 0.0, "too few words to tell the language")
    if not sample.isascii() and len(_OTHER_SCRIPT.findall(sample)) > 0.2 * sum(map(len, words)):
        return LanguageGuess("und", 1.0, "largely in another script than English and Vietnamese")
    english = _share(words, _LISTS["en"]) / _ENGLISH_SHARE
    letters = 0.0 if sample.isascii() else sum(1 for word in words if _VIETNAMESE.search(word)) / len(words)
    syllables = _share(words, _LISTS["vi"])
    vietnamese = max(letters / _LETTERS_SHARE, syllables / _SYLLABLES_SHARE)
    marks = "letters" if letters / _LETTERS_SHARE >= syllables / _SYLLABLES_SHARE else "syllables"
    if english >= _ENOUGH and english >= _TIMES * vietnamese:
        return LanguageGuess("en", english / (english + vietnamese), "common English words")
    if vietnamese >= (_ENOUGH if marks == "letters" else 0.6) and vietnamese >= _TIMES * english:
        return LanguageGuess("vi", vietnamese / (english + vietnamese), f"Vietnamese {marks}")
    if english >= _ENOUGH and letters / _LETTERS_SHARE >= _ENOUGH:
        return LanguageGuess("und", 0.5, "English and Vietnamese mixed")
    return _by_model(sample, words)


def _by_model(sample: str, words: list[str]) -> LanguageGuess:
    language, confidence = _identifier().classify(sample)
    name = _LISTS.get(language)
    supported = name is not None and not _listed(name).isdisjoint(words)
    if confidence < (_WITH_A_LISTED_WORD if supported else _MODEL_CONFIDENCE):
        return LanguageGuess("und", confidence, "no language is clearly more likely than others")
    if language == "en":
        return LanguageGuess("en", confidence, "language model")
    if language == "vi":
        return LanguageGuess("vi", confidence, "language model")
    return LanguageGuess("und", confidence, f"looks like another language ({language})")


def _sample(text: str) -> str:
    if len(text) > 3 * _WINDOW:
        middle = (len(text) - _WINDOW) // 2
        text = " ".join((text[:_WINDOW], text[middle : middle + _WINDOW], text[-_WINDOW:]))
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).lower()


def _share(words: list[str], name: str) -> float:
    """Share of the words that are in a list; needs three different ones."""
    listed = _listed(name)
    hits = [word for word in words if word in listed]
    return len(hits) / len(words) if len(set(hits)) >= _FEWEST_WORDS else 0.0


@lru_cache
def _listed(name: str) -> frozenset[str]:
    rows = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return frozenset(row for row in rows if row and not row.startswith("#"))


@lru_cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
