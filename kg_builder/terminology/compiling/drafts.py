"""Concepts in the making, and finding them by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg_builder.terminology.rows import TermName, Tier
from kg_builder.text.keys import exact_key, inverted, name_key, singular_key


@dataclass(slots=True)
class Draft:
    """One concept while sources add to it."""

    id: str
    """CURIE."""
    group: str
    """Semantic group code."""
    name: str
    """Preferred name, as its vocabulary writes it."""
    tier: Tier = Tier.PREFERRED
    """Of the preferred name."""
    names: list[TermName] = field(default_factory=list)
    trees: tuple[str, ...] = ()
    """MeSH tree numbers."""
    broader: list[str] = field(default_factory=list)
    """CURIEs."""
    xrefs: dict[str, str] = field(default_factory=dict)
    """CURIE by vocabulary; the first source that gives one decides."""
    is_regimen: bool = False
    """Whether it is a supplementary record of a treatment with several drugs."""

    def add_names(self, texts: Iterable[str], tier: Tier) -> None:
        """Names that a list in a file can hold."""
        self.names.extend(TermName(text, tier) for text in texts if is_usable(text))

    def all_names(self) -> Iterable[TermName]:
        """With the preferred one, first."""
        yield TermName(self.name, self.tier)
        yield from self.names


Drafts = dict[str, Draft]
"""By CURIE."""


def is_usable(text: str) -> bool:
    """Whether a name can stand in a list of the compiled file, and says something."""
    return "|" not in text and "\t" not in text and "\n" not in text and any(letter.isalpha() for letter in text)


class NameIndex:
    """Concepts by name: the one with the best tier, where it is the only one; the exact spelling first.

    Word endings matter: ``Benzamides`` is a class of substances, ``benzamide`` one of them.
    """

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self._exact: dict[str, tuple[Tier, str | None]] = {}
        self._levelled: dict[str, tuple[Tier, str | None]] = {}
        for draft in drafts:
            for name in draft.all_names():
                key = exact_key(inverted(name.text))
                _add(self._exact, key, name.tier, draft.id)
                _add(self._levelled, singular_key(key), name.tier, draft.id)

    def find(self, name: str) -> str | None:
        """The concept that a name belongs to; None: none, or more than one."""
        key = exact_key(name)
        if key in self._exact:
            return self._exact[key][1]
        return self._levelled.get(singular_key(key), (None, None))[1]


def _add(index: dict[str, tuple[Tier, str | None]], key: str, tier: Tier, identifier: str) -> None:
    known = index.get(key)
    if known is None or tier < known[0]:
        index[key] = (tier, identifier)
    elif tier == known[0] and known[1] != identifier:
        index[key] = (tier, None)


_SALTS = (
    "acetate besylate bromide calcium chloride citrate dihydrochloride dimesylate disodium etabonate fumarate furoate "
    "hydrobromide hydrochloride maleate mesylate nitrate palmitate phosphate potassium sodium succinate sulfate "
    "tartrate tosylate xinafoate"
)
SALTS = frozenset(_SALTS.split())
"""Last words of substances that are called after a salt or ester."""


class SaltForms:
    """Descriptors by a shorter name: ``rosuvastatin`` (Rosuvastatin Calcium), ``etidronate`` (Etidronic Acid)."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self._found: dict[str, str | None] = {}
        for draft in drafts:
            words = exact_key(inverted(draft.name)).split()
            if draft.tier is Tier.PREFERRED and (base := _without_salt(words)):
                self._found[base] = None if base in self._found else draft.id

    def find(self, name: str) -> str | None:
        """The only descriptor of that name."""
        return self._found.get(exact_key(name))


def _without_salt(words: Sequence[str]) -> str:
    if len(words) > 1 and words[-1] in SALTS:
        return " ".join(words[:-1])
    if len(words) == 2 and words[0].endswith("ic") and words[1] == "acid":
        return f"{words[0][:-2]}ate"
    return ""


class PreferredNames:
    """Concepts by preferred name, where only one has it; for diseases, where singular and plural are the same."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self._found: dict[str, str | None] = {}
        for draft in drafts:
            key = name_key(inverted(draft.name))
            self._found[key] = draft.id if self._found.get(key, draft.id) == draft.id else None

    def find(self, name: str) -> str | None:
        """The concept of that name; None: none, or more than one."""
        return self._found.get(name_key(inverted(name)))
