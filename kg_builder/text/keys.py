"""Keys under which names of the same thing are equal: case, accents, Greek, hyphens and plurals left out.

Two strengths. `exact_key` keeps word endings, so that ``Benzamides`` (the class) stays apart from
``benzamide``; `name_key` strips English plurals as well. Vietnamese diacritics are letters of their
own (ho, a cough, is not hồ, a lake) and are kept; only the two ways of placing a tone mark
(hoá, hóa) become one. Other accents are folded: Sjögren, Ménière.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

WORD = re.compile(r"(?!_)\w(?:[^\W_]|[\u0300-\u036f])*")
"""One word of a text: letters, digits and combining marks; hyphens, blanks and the like are between words."""

_POSSESSIVE = re.compile(r"(?<=\w)['\u2019\u02bc`]s\b", re.IGNORECASE)
_ASCII_LEVELLED = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau "
    "upsilon phi chi psi omega"
)
_GREEK_SPELLED = {0x3B1 + place: f" {name} " for place, name in enumerate(_GREEK.split())}

_VIETNAMESE_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx])?"
    r"[aeiouyăâêôơưàằầáắấảẳẩãẵẫạặậèềéếẻểẽễẹệìíỉĩịòồờóốớỏổởõỗỡọộợùừúứủửũữụựỳýỷỹỵ]{1,3}"
    r"(?:ng|nh|ch|[cmnpt])?"
)
_TONE_ON_SECOND_VOWEL = re.compile(r"(?<!q)(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])$")

_AMERICAN = {
    "aemi": "emi",
    "aetio": "etio",
    "anaes": "anes",
    "caec": "cec",
    "coeli": "celi",
    "faec": "fec",
    "foet": "fet",
    "gynae": "gyne",
    "haem": "hem",
    "oedem": "edem",
    "oeso": "eso",
    "oestr": "estr",
    "paed": "ped",
    "pnoe": "pne",
    "rrhoe": "rrhe",
    "sulph": "sulf",
    "tumour": "tumor",
}
_BRITISH = re.compile("|".join(_AMERICAN))

_WORDS_IN_S = (
    "aids ascites biceps caries diabetes facies feces forceps gas herpes hives lens measles mumps pancreas pons "
    "rabies rickets sars scabies series shingles species tabes triceps"
)
_SINGULAR_IN_S = frozenset(_WORDS_IN_S.split())


def exact_key(text: str) -> str:
    """Case, accents, Greek letters, possessives and punctuation levelled; word endings kept."""
    if "'" in text or "\u2019" in text or "`" in text or "\u02bc" in text:
        text = _POSSESSIVE.sub("", text)
    if text.isascii():
        return " ".join(text.translate(_ASCII_LEVELLED).split())
    return " ".join(_levelled_words(text))


@lru_cache(maxsize=20_000)
def name_key(text: str) -> str:
    """`exact_key` with English plural endings and British spellings levelled as well."""
    return singular_key(exact_key(text))


def singular_key(key: str) -> str:
    """An exact key with English plural endings stripped from every word, in American spelling."""
    if "ae" in key or "oe" in key or "our" in key or "sulph" in key:
        key = _BRITISH.sub(lambda match: _AMERICAN[match.group()], key)
    if "s " not in key and not key.endswith("s"):
        return key
    return " ".join([singular(word) if word[-1] == "s" else word for word in key.split()])


def singular(word: str) -> str:
    """A lower-case word without its English plural ending; only as good as telling variants alike needs."""
    if len(word) < 4 or word[-2:] in {"ss", "us", "is"} or word[-1] != "s" or word in _SINGULAR_IN_S:
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "shes", "tches", "iruses", "inuses", "etuses")) and len(word) > 5:
        return word[:-2]
    return word[:-1]


def inverted(name: str) -> str:
    """The natural order of a name listed under its noun: ``Kidney Failure, Acute`` gives ``Acute Kidney Failure``."""
    parts = [part.strip() for part in name.split(", ")]
    return " ".join(reversed(parts)) if len(parts) > 1 else name


def without_marks(text: str) -> str:
    """A Vietnamese text or key as it is typed without diacritics: ``tang huyet ap``."""
    letters = unicodedata.normalize("NFD", text).replace("\u0111", "d").replace("\u0110", "D")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def could_be_vietnamese(word: str) -> bool:
    """Whether a lower-case word has the form of a Vietnamese syllable, diacritics or not."""
    return _VIETNAMESE_SYLLABLE.fullmatch(word) is not None


def _levelled_words(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_GREEK_SPELLED)
    for match in WORD.finditer(unicodedata.normalize("NFC", folded)):
        word = match.group()
        yield word if word.isascii() else _levelled_word(word)


def _levelled_word(word: str) -> str:
    if not could_be_vietnamese(word):
        decomposed = unicodedata.normalize("NFKD", word)
        return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    if _TONE_ON_SECOND_VOWEL.search(word):
        return word[:-2] + _tone_moved(word[-2:])
    return word


def _tone_moved(vowels: str) -> str:
    """``oá`` as ``óa``."""
    decomposed = unicodedata.normalize("NFD", vowels[1])
    return unicodedata.normalize("NFC", f"{vowels[0]}{decomposed[1]}{decomposed[0]}")
