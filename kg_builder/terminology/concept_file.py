"""The compiled concept file: tab-separated lines, compressed with xz; equal rows give equal bytes.

Lines that begin with ``#`` come first: ``#release NAME``, ``#source NAME VERSION LICENCE`` and
``#retired OLD CURRENT``, tab-separated. Then a header, then one line a concept: `COLUMNS`, lists with bars, one
column a tier of names.
"""

from __future__ import annotations

import io
import lzma
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from kg_builder.errors import InputError
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

_TIERS = tuple(tier for tier in Tier if tier is not Tier.PREFERRED)
COLUMNS = ("id", "group", "name", "tier", *(tier.label for tier in _TIERS), "trees", "broader", "xrefs")
_XZ_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 26}]


@dataclass(frozen=True, slots=True)
class Preamble:
    """What the lines before the header say."""

    release: str
    sources: tuple[Source, ...] = ()
    retired: Mapping[str, str] = field(default_factory=dict)
    """Current CURIE by one that its vocabulary no longer has."""

    def lines(self) -> Iterator[str]:
        """As they are written."""
        yield f"#release\t{self.release}"
        for source in self.sources:
            yield f"#source\t{source.name}\t{source.version}\t{source.licence}"
        for old, current in sorted(self.retired.items()):
            yield f"#retired\t{old}\t{current}"


def pack(preamble: Preamble, rows: Iterable[ConceptRow]) -> bytes:
    """The file's bytes, in the order of the rows."""
    lines = chain(preamble.lines(), ["\t".join(COLUMNS)], map(to_line, rows))
    content = "".join(f"{line}\n" for line in lines).encode()
    return lzma.compress(content, format=lzma.FORMAT_XZ, filters=_XZ_FILTERS)


def unpack(packed: bytes) -> tuple[Preamble, Iterator[ConceptRow]]:
    """What `pack` wrote. Raises InputError for another file."""
    lines = _lines(packed)
    release = ""
    sources: list[Source] = []
    retired: dict[str, str] = {}
    for line in lines:
        if not line.startswith("#"):
            if tuple(line.split("\t")) != COLUMNS:
                raise InputError("not a compiled concept file: its header is another one")
            return Preamble(release, tuple(sources), retired), map(from_line, lines)
        kind, *cells = line[1:].split("\t")
        if kind == "release":
            release = cells[0]
        elif kind == "source":
            sources.append(Source(*cells))
        elif kind == "retired":
            retired[cells[0]] = cells[1]
    raise InputError("not a compiled concept file: it has no header")


def _lines(packed: bytes) -> Iterator[str]:
    try:
        with lzma.open(io.BytesIO(packed)) as content:
            for line in io.TextIOWrapper(content, encoding="utf-8", newline="\n"):
                yield line.removesuffix("\n")
    except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        raise InputError("not a compiled concept file") from error


def to_line(row: ConceptRow) -> str:
    """Tab-separated, without a line break. A name keeps its place within its tier."""
    tiers = ("|".join(name.text for name in row.names if name.tier is tier) for tier in _TIERS)
    lists = ("|".join(items) for items in (row.trees, row.broader, row.xrefs))
    return "\t".join((row.id, row.group, row.name, row.tier.label, *tiers, *lists))


def from_line(line: str) -> ConceptRow:
    """What `to_line` wrote, names by tier."""
    identifier, group, name, tier, *cells = line.split("\t")
    names, (trees, broader, xrefs) = cells[: len(_TIERS)], map(_parts, cells[len(_TIERS) :])
    return ConceptRow(
        id=identifier,
        group=group,
        name=name,
        names=tuple(TermName(text, tier) for tier, cell in zip(_TIERS, names, strict=True) for text in _parts(cell)),
        tier=Tier[tier.upper()],
        trees=trees,
        broader=broader,
        xrefs=xrefs,
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
