"""Which names and supplementary records a look-up can do without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg_builder.terminology.compiling.drafts import Draft
from kg_builder.terminology.rows import TermName, Tier
from kg_builder.text.keys import exact_key, inverted, name_key, singular_key

_SHORT = re.compile(r"(?=.*\d)[A-Za-z][A-Za-z]*[- ]?[A-Za-z0-9-]{1,9}")
"""A code of a substance: WR 242511, SM-5887."""
_PROTEIN = re.compile(r"protein|, [A-Za-z ]+$", re.IGNORECASE)
"""Proteins and genes, which have codes by the dozen: ``HOXA10 protein, human``."""


class SharedKeys(NamedTuple):
    """Name keys that more than one concept has."""

    own: set[str]
    """Among the names that MeSH descriptors have in MeSH."""
    any: set[str]
    """Among all names."""


def shared_keys(drafts: Iterable[Draft]) -> SharedKeys:
    """The keys of several concepts."""
    owners: dict[str, str] = {}
    own_owners: dict[str, str] = {}
    shared = SharedKeys(set(), set())
    for draft in drafts:
        for name in draft.all_names():
            key = name_key(inverted(name.text))
            if owners.setdefault(key, draft.id) != draft.id:
                shared.any.add(key)
            if name.tier <= Tier.ENTRY and own_owners.setdefault(key, draft.id) != draft.id:
                shared.own.add(key)
    return shared


def distinct_names(draft: Draft, shared: SharedKeys) -> Iterator[TermName]:
    """The names that a look-up by key can't do without, the best tiers first.

    Three quarters of the entry terms are word-order and plural variants of another one. Variants stay where another
    concept has the same key, so that the exact spelling can decide.
    """
    keys: set[str] = set()
    spellings: set[str] = set()
    for place, name in enumerate((TermName(draft.name, draft.tier), *sorted(draft.names, key=_order))):
        spelling = exact_key(inverted(name.text))
        key = singular_key(spelling)
        doubtful = key in (shared.own if name.tier <= Tier.ENTRY else shared.any)
        if (spelling in spellings) if doubtful else (key in keys):
            continue
        keys.add(key)
        spellings.add(spelling)
        if place > 0:
            yield name


def is_worth_keeping(draft: Draft, registered: set[str]) -> bool:
    """Whether a supplementary record is a disease or treatment, a substance that another source knows too, or one that
    has a name short enough for texts to use it.
    """
    if draft.tier is not Tier.SUPPLEMENTARY or draft.group != "CHEM" or draft.is_regimen:
        return True
    if draft.xrefs or draft.id in registered or any(name.tier != draft.tier for name in draft.names):
        return True
    return not _PROTEIN.search(draft.name) and any(_SHORT.fullmatch(name.text) for name in draft.all_names())


def _order(name: TermName) -> tuple[int, bool, bool, str]:
    return name.tier, ", " in name.text, name.text.isupper(), name.text
