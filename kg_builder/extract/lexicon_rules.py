"""Which names of the terminology the lexicon extractor looks for, read from reviewable tables.

``lexicon_stop.tsv`` lists terms to leave alone, ``lexicon_scope.tsv`` branches of the vocabulary,
``lexicon_block.tsv`` phrases to pass over, ``lexicon_doubtful.tsv`` names that are also words,
``lexicon_words.tsv`` words that names are composed of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from kg_builder.terminology.rows import Tier
from kg_builder.terminology.table import Name
from kg_builder.text.keys import name_key
from kg_builder.text.phrases import spellings

_LONGEST_CASED = 6


class Doubt(NamedTuple):
    """When a name in capitals is the ordinary word instead."""

    long: str
    """Words that a text says where the name is meant, in lower case."""
    before: Set[str]
    """Keys of words that follow the ordinary word."""


@dataclass(frozen=True, slots=True)
class LexiconRules:
    """The tables, ready for use."""

    stop: Set[tuple[str, str, str]] = frozenset()
    """(language, semantic group, name key) of names to leave alone."""
    scope: Mapping[str, bool] = field(default_factory=dict)
    """Whether names of a branch are looked for, by tree-number prefix."""
    words: Mapping[str, Set[str]] = field(default_factory=dict)
    """Name keys of words that names are composed of, by kind: site, quality, head, salt."""
    hidden: Set[str] = frozenset()
    """Prefixes out of scope whose names also hide the shorter names in them."""
    blocked: Set[tuple[str, str]] = frozenset()
    """(language, name key) of phrases to pass over."""
    doubtful: Mapping[str, Doubt] = field(default_factory=dict)
    """Names that are also words, with their capitals."""
    _trees_with_exceptions: Set[str] = field(init=False)
    """Letters that the listed prefixes begin with."""
    _main_branches: Set[str] = field(init=False)
    """Their first levels; below others nothing is listed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_trees_with_exceptions", {prefix[0] for prefix in self.scope})
        object.__setattr__(self, "_main_branches", {prefix.partition(".")[0] for prefix in self.scope})

    def allows(self, name: Name, group: str, language: str) -> bool:
        """Whether a name is worth looking for."""
        return len(name.key) > 1 and (language, group, name.key) not in self.stop

    def in_scope(self, trees: Iterable[str]) -> bool:
        """Whether a concept is looked for: one of its branches is, or none of them is in a tree with exceptions."""
        found = [self._branch(tree) for tree in trees if tree[0] in self._trees_with_exceptions]
        return not found or not all(verdict is False for verdict in found)

    def hides(self, trees: Iterable[str]) -> bool:
        """Whether the names of a concept that is out of scope hide the shorter names in them."""
        return any(self._listed(tree) in self.hidden for tree in trees)

    def _branch(self, tree: str) -> bool | None:
        """What the longest listed prefix says of a tree number."""
        return self.scope.get(self._listed(tree))

    def _listed(self, tree: str) -> str:
        """The longest listed prefix; empty: none."""
        if tree.partition(".")[0] not in self._main_branches:
            return ""
        while tree and tree not in self.scope:
            tree = tree.rpartition(".")[0]
        return tree


def exact_case(name: Name) -> str:
    """The letters that the text must have, for a short name whose capitals tell it from a word (AIDS, NO, Na)."""
    text = name.text
    if " " in text or len(text) > _LONGEST_CASED:
        return ""
    capitals = text.isupper() or (len(text) <= 2 and text != text.lower())
    mixed = name.tier is Tier.ADDED and text[1:] != text[1:].lower()
    return text if capitals or mixed else ""


@lru_cache(maxsize=1)
def load_rules() -> LexiconRules:
    """The rules shipped with the package."""
    return LexiconRules(
        stop=frozenset(
            (language, group, name_key(term))
            for language, group, terms, _ in _table("lexicon_stop.tsv")
            for term in terms.split("|")
        ),
        scope={prefix: verdict == "in" for prefix, verdict, _ in _table("lexicon_scope.tsv")},
        words={kind: _keys(words) for kind, words in _table("lexicon_words.tsv")},
        hidden=frozenset(prefix for prefix, verdict, _ in _table("lexicon_scope.tsv") if verdict == "hidden"),
        blocked=frozenset(
            (language, name_key(" ".join(words)))
            for language, phrase, _ in _table("lexicon_block.tsv")
            for words in spellings(phrase)
        ),
        doubtful={name: Doubt(long, _keys(words)) for _, name, long, words in _table("lexicon_doubtful.tsv")},
    )


def _keys(words: str) -> frozenset[str]:
    return frozenset(map(name_key, words.split("|")))


def _table(file_name: str) -> Iterator[list[str]]:
    for line in files("kg_builder.extract").joinpath(file_name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
