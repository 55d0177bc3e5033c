from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from kg_builder.errors import InputError
from kg_builder.terminology.build import CROSS_REFERENCES, DESCRIPTORS, build, check_hash, compile_rows, one_to_one
from kg_builder.terminology.concept_file import pack, unpack
from kg_builder.terminology.groups_of_trees import group_of_trees

MADE_UP = [
    "D9000002\tFailures, Zork\tZork Failure|Failure, Zork|Zork failure|Zorkic Failure\tC12.1|F01.2\t",
    "D9000001\tBlorbamides\tBlorbamids\tD02.5\t",
    "D9000003\tBlorbamide\t\tD02.5.1\t",
]
REFERENCES = [
    "MESH\tD9000001\tBlorbamides\tCHEBI\tCHEBI:1\tblorbamides",
    "MESH\tD9000003\tBlorbamide\tCHEBI\tCHEBI:2\tblorbamide",
    "MESH\tD9000003\tBlorbamide\tCHEBI\tCHEBI:3\tblorbamide too",
    "MESH\tD9000002\tFailures, Zork\tNCIT\tC7\tZork failure",
    "MESH\tD9000002\tFailures, Zork\tUP\tP1\tnot kept",
]


def test_rows_are_sorted_grouped_and_rid_of_variants() -> None:
    rows = list(compile_rows(MADE_UP, REFERENCES))
    assert [(row.id, row.group, row.synonyms, row.xrefs) for row in rows] == [
        ("MESH:D9000001", "CHEM", ("Blorbamids",), ("CHEBI:1",)),
        ("MESH:D9000002", "DISO", ("Zorkic Failure",), ("NCIT:C7",)),
        ("MESH:D9000003", "CHEM", (), ()),
    ]


def test_a_variant_stays_where_another_concept_has_its_key() -> None:
    lines = ["D1\tBlorbamides\tBlorbamide class|Blorbamide\tD02\t", "D2\tBlorbamide\t\tD02\t"]
    rows = list(compile_rows(lines, []))
    assert rows[0].synonyms == ("Blorbamide", "Blorbamide class")


def test_cross_references_of_two_concepts_are_dropped() -> None:
    both = ["MESH\tD1\ta\tHP\tHP:1\tx", "MESH\tD2\tb\tHP\tHP:1\tx", "MESH\tD1\ta\tDOID\tDOID:4\ty"]
    assert one_to_one(both) == {"D1": ("DOID:4",)}


@pytest.mark.parametrize(
    ("trees", "group"),
    [
        (["D02.1", "C01"], "CHEM"),
        (["F03.7"], "DISO"),
        (["F01.145.126.350"], "DISO"),
        (["F01.100"], "ACTI"),
        (["E07.1"], "DEVI"),
        (["A11.2", "G05.360.1"], "GENE"),
        ([], "CONC"),
    ],
)
def test_semantic_groups(trees: list[str], group: str) -> None:
    assert group_of_trees(trees) == group


def test_the_same_wheel_gives_the_same_bytes(tmp_path: Path) -> None:
    wheel = tmp_path / "made_up.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(DESCRIPTORS, "\n".join(MADE_UP) + "\n")
        archive.writestr(CROSS_REFERENCES, "\n".join(reversed(REFERENCES)) + "\n")
    outputs = [tmp_path / "one.tsv.xz", tmp_path / "two.tsv.xz"]
    assert [build(wheel, output) for output in outputs] == [3, 3]
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    preamble, rows = unpack(outputs[0].read_bytes())
    assert pack(preamble, rows) == outputs[0].read_bytes()


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"something else")
    with pytest.raises(InputError, match="expected"):
        check_hash(wheel)
