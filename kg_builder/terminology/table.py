"""The shipped terminology in memory: concepts by id, ids by name key."""

from __future__ import annotations

import hashlib
import lzma
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from kg_builder.records import Concept
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.rows import AddedName, ConceptRow, read_added_names
from kg_builder.text.keys import inverted, name_key

RELEASE = "mesh-2024"
VOCABULARY_FILE = "mesh.tsv.xz"
ADDED_FILES = {"en": "english.tsv", "vi": "vietnamese.tsv"}
"""Hand-written names by language."""


class Name(NamedTuple):
    """One name of a concept."""

    text: str
    """In natural word order."""
    key: str
    """`name_key` of the text."""
    id: str
    """CURIE; empty for an added name that no concept of the vocabulary has."""
    tier: str
    """``preferred``, ``entry`` or ``added``."""


class Terminology:
    """Concepts and their names. Rows are parsed and indexes built when first asked for."""

    def __init__(
        self, rows: Iterable[str], added: Mapping[str, Sequence[AddedName]] | None = None, *, version: str = "unnamed"
    ) -> None:
        self.version = version
        """For provenance: release and short hash of the content, such as ``mesh-2024@1a2b3c4d``."""
        self._rows: dict[str, str] = {}
        self._ids: defaultdict[str, list[str]] = defaultdict(list)
        for row in rows:
            identifier, group, _ = row.split("\t", 2)
            self._rows[identifier] = row
            self._ids[group].append(identifier)
        self._added = added or {}
        self._added_by_id: defaultdict[str, list[str]] = defaultdict(list)
        for names in self._added.values():
            for name in names:
                self._added_by_id[name.id] += (name.name, *name.synonyms)
        self._names: dict[tuple[str, str], tuple[Name, ...]] = {}
        self._indexes: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, identifier: str) -> ConceptRow | None:
        """A concept as the vocabulary has it."""
        line = self._rows.get(identifier)
        return ConceptRow.from_line(line) if line is not None else None

    def concept(self, identifier: str) -> Concept | None:
        """A concept as a node; its type is the label of its semantic group."""
        if (row := self.row(identifier)) is None:
            return None
        return Concept(id=row.id, name=row.name, type=GROUPS[row.group].label, synonyms=row.synonyms, xrefs=row.xrefs)

    def group(self, identifier: str) -> str | None:
        """Semantic group code of a concept."""
        line = self._rows.get(identifier)
        return line.split("\t", 2)[1] if line is not None else None

    def trees(self, identifier: str) -> tuple[str, ...]:
        """Tree numbers of a concept: a concept whose tree number is a prefix of it is an ancestor."""
        line = self._rows.get(identifier)
        trees = line.split("\t", 5)[4] if line is not None else ""
        return tuple(trees.split("|")) if trees else ()

    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes it has names in."""
        return frozenset(self._added) | {"en"}

    def covers(self, group: str, language: str) -> bool:
        """Whether it has names of a semantic group in a language."""
        vocabulary = language == "en" and bool(self._ids.get(group))
        return vocabulary or any(added.group == group for added in self._added.get(language, ()))

    def names(self, group: str, language: str) -> Sequence[Name]:
        """All names of a semantic group's concepts in a language, preferred ones first."""
        if (found := self._names.get((group, language))) is None:
            found = self._names[group, language] = tuple(self._made_names(group, language))
        return found

    def _made_names(self, group: str, language: str) -> Iterator[Name]:
        if language == "en":
            rows = [self._rows[identifier].split("\t", 4) for identifier in self._ids.get(group, ())]
            for identifier, _, preferred, *_ in rows:
                yield _name(preferred, identifier, "preferred")
            for identifier, _, _, synonyms, _ in rows:
                for term in synonyms.split("|") if synonyms else ():
                    yield _name(term, identifier, "entry")
        for added in self._added.get(language, ()):
            if added.group == group:
                known = added.id if added.id in self._rows else ""
                for text in (added.name, *added.synonyms):
                    yield _name(text, known, "added")

    def lookup(self, key: str, groups: Collection[str] | None = None) -> tuple[str, ...]:
        """Ids of the concepts with a name of that key, owners of it as preferred name first."""
        found: dict[str, None] = {}
        for group in GROUPS if groups is None else groups:
            for language in ("en", *sorted(self.languages() - {"en"})):
                found.update(dict.fromkeys(self.index(group, language).get(key, ())))
        return tuple(found)

    def index(self, group: str, language: str) -> Mapping[str, tuple[str, ...]]:
        """Ids by name key within a semantic group; no ids where an added name has no concept."""
        if (found := self._indexes.get((group, language))) is None:
            found = {}
            for name in self.names(group, language):
                known = found.get(name.key, ())
                found[name.key] = (*known, name.id) if name.id and name.id not in known else known
            found.pop("", None)
            self._indexes[group, language] = found
        return found

    def names_of(self, identifier: str) -> tuple[str, ...]:
        """All names of a concept in natural word order, in every language, the preferred one first."""
        if (row := self.row(identifier)) is None:
            return ()
        return (*(inverted(name) for name in (row.name, *row.synonyms)), *self._added_by_id.get(identifier, ()))


@lru_cache(maxsize=1)
def load_terminology() -> Terminology:
    """The terminology shipped with the package."""
    folder = files("kg_builder.models").joinpath("terminology")
    packed = folder.joinpath(VOCABULARY_FILE).read_bytes()
    digest = hashlib.sha256(packed)
    added: dict[str, list[AddedName]] = {}
    for language, file_name in ADDED_FILES.items():
        if (file := folder.joinpath(file_name)).is_file():
            content = file.read_bytes()
            digest.update(content)
            added[language] = list(read_added_names(content.decode("utf-8").splitlines(), file_name))
    rows = lzma.decompress(packed).decode("utf-8").split("\n")[1:]
    return Terminology(filter(None, rows), added, version=f"{RELEASE}@{digest.hexdigest()[:8]}")


def _name(text: str, identifier: str, tier: str) -> Name:
    natural = inverted(text) if ", " in text else text
    return Name(natural, name_key(natural), identifier, tier)
