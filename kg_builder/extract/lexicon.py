"""Finds the names of a terminology in text: longest match over words, document abbreviations included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, product

from kg_builder.extract.lexicon_plain import typed_without_marks
from kg_builder.extract.lexicon_rules import LexiconRules, exact_case, load_rules
from kg_builder.extract.matching import Composition, Matcher
from kg_builder.extract.phrase_table import Phrase, PhraseTable
from kg_builder.protocols import Extraction, ExtractionRequest
from kg_builder.records import Mention, Provenance
from kg_builder.schema import Role, Schema
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.rows import Tier
from kg_builder.terminology.table import Name, Terminology
from kg_builder.text.keys import could_be_vietnamese, without_marks

_TIERS = (Tier.ADDED, Tier.PREFERRED, Tier.ENTRY)
"""Whose word counts when names of several groups share a key."""


# Share of mentions with exactly the right span and type on the training part of BC5CDR (500 abstracts), by the tier
# of the name; the tables were written with that part in view, so on other text it is an upper figure.
_PRECISION = {
    ("Chemical", "preferred"): 0.95,
    ("Chemical", "entry"): 0.89,
    ("Chemical", "added"): 0.96,
    ("Chemical", "abbreviation"): 0.90,
    ("Disease", "preferred"): 0.94,
    ("Disease", "entry"): 0.89,
    ("Disease", "added"): 0.87,
    ("Disease", "abbreviation"): 0.96,
    ("Disease", "composed"): 0.71,
}


class LexiconExtractor:
    """An honest baseline: the names of the vocabulary's concepts, wherever they stand."""

    name = "lexicon"
    deterministic = True
    remote = False
    kinds: frozenset[str] = frozenset()
    max_characters: int | None = None

    def __init__(self, terminology: Terminology, rules: LexiconRules | None = None) -> None:
        self.model: str | None = terminology.version
        self.languages = terminology.languages()
        self._terminology = terminology
        self._rules = rules or load_rules()
        self._matchers: dict[tuple[tuple[str, ...], str, bool], Matcher] = {}

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:
        """Labels of the semantic groups that the schema asks for and the terminology has names of."""
        return {
            GROUPS[group].label: group
            for group in _groups(schema)
            if any(self._terminology.covers(group, code) for code in self._codes(language))
        }

    def extract(self, request: ExtractionRequest) -> Extraction:
        """Mentions in order; they never overlap."""
        plain = "vi" in self._codes(request.language) and typed_without_marks(request.text, request.language)
        matcher = self._matcher(_groups(request.schema), request.language, plain=plain)
        if not len(matcher):
            return Extraction()
        provenance = Provenance(extractor=self.name, model=self.model)
        return Extraction(
            mentions=[
                Mention(
                    start=match.start,
                    end=match.end,
                    text=request.text[match.start : match.end],
                    type=match.label,
                    confidence=_PRECISION.get((match.label, match.tier)) if request.language == "en" else None,
                    provenance=provenance,
                )
                for match in matcher.find(request.text)
            ]
        )

    def _matcher(self, groups: tuple[str, ...], language: str, *, plain: bool) -> Matcher:
        """The names of some semantic groups in one language; made once. `plain`: Vietnamese without diacritics too."""
        if (made := self._matchers.get((groups, language, plain))) is None:
            table = self._table(groups, language, plain=plain)
            made = Matcher(table, self._composition(groups, language), self._rules.doubtful)
            self._matchers[groups, language, plain] = made
        return made

    def _table(self, groups: Sequence[str], language: str, *, plain: bool) -> PhraseTable:
        table = PhraseTable()
        codes = self._codes(language)
        shown: dict[Tier, list[tuple[Name, str]]] = {tier: [] for tier in _TIERS}
        passed_over = [key for code, key in self._rules.blocked if code in codes]
        for code, group in product(codes, groups):
            label = GROUPS[group].label
            for name, wanted in self._names(group, code):
                if not wanted:
                    passed_over.append(name.key)
                elif not (plain and code == "vi" and _any_syllable(name)):
                    shown[name.tier].append((name, label))
        for name, label in chain.from_iterable(shown.values()):
            table.add(name.key, Phrase(label, name.tier.label, exact_case(name)))
        if plain:
            self._add_without_marks(table, groups)
        for key in passed_over:
            if table.has_part(key):
                table.add(key, Phrase("", "blocked"))
        return table

    def _add_without_marks(self, table: PhraseTable, groups: Sequence[str]) -> None:
        """Names of several syllables only, as their letters without marks."""
        for group in groups:
            for name, wanted in self._names(group, "vi"):
                if wanted and " " in name.key and not name.key.isascii():
                    table.add(without_marks(name.key), Phrase(GROUPS[group].label, name.tier.label))

    def _codes(self, language: str) -> Sequence[str]:
        """Languages whose names are looked for: all of them if it is uncertain."""
        return (language,) if language in self.languages else sorted(self.languages)

    def _composition(self, groups: Sequence[str], language: str) -> Composition:
        if language != "en":
            return Composition()
        disease, chemical = (GROUPS[group].label if group in groups else "" for group in ("DISO", "CHEM"))
        return Composition(disease, chemical, self._rules.words)

    def _names(self, group: str, language: str) -> Iterator[tuple[Name, bool]]:
        """The names worth looking for, and with False those that only hide shorter ones.

        Vietnamese text has drug names in English spelling too.
        """
        if language == "vi" and group == "CHEM":
            yield from (found for found in self._names(group, "en") if _foreign_in_vietnamese(found[0]))
        scope: dict[str, bool | None] = {"": True}
        for name in self._terminology.names(group, language):
            wanted = True if name.tier is Tier.ADDED else scope.get(name.id)
            if wanted is None and name.id not in scope:
                wanted = scope[name.id] = self._wanted(name.id)
            if wanted and self._rules.allows(name, group, language):
                yield name, True
            elif wanted is False and " " in name.key:
                yield name, False

    def _wanted(self, identifier: str) -> bool | None:
        """Whether a concept is looked for; False: its names hide shorter ones, None: they don't count at all."""
        trees = self._terminology.trees(identifier)
        if self._rules.in_scope(trees):
            return True
        return False if self._rules.hides(trees) else None


def _foreign_in_vietnamese(name: Name) -> bool:
    return len(name.key) > 4 and not all(could_be_vietnamese(word) for word in name.key.split())


def _any_syllable(name: Name) -> bool:
    """Whether a name is one syllable, which without diacritics is a dozen words."""
    return " " not in name.key and not exact_case(name) and could_be_vietnamese(name.key)


def _groups(schema: Schema) -> tuple[str, ...]:
    """Semantic groups of the schema's concept types."""
    groups = (entity.semantic_group for entity in schema.entities if entity.role is Role.CONCEPT)
    return tuple(dict.fromkeys(group for group in groups if group is not None))
