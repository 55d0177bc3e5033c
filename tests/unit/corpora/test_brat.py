from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.corpora import GoldDocument, GoldRelation, Row, Unreadable, read
from kg_builder.records import Assertion

TEXT = "No chest or back pain.\nThe old\nwoman took zolpixin."
ANNOTATIONS = """\
T1\tProblem 3 8;17 21\tchest pain
T2\tProblem 12 21\tback pain
T3\tPerson 27 30;31 36\told woman
T4\tDrug 42 50\tzolpixin
T5\tDrug 42 49\tzolpixin
T6\tDrug 42
E1\tTaking:T4 Who:T3
*\tEquiv T1 T2
R1\tRelieves Arg1:T4 Arg2:T2
R2\tRelieves Arg1:T4 Arg2:T99
A1\tNegation T1
A2\tCertainty T2 possible
A3\tSeverity T2 mild
N1\tReference T4 MeSH:C123456\tzolpixin
N2\tReference T2 HP:HP:0003418\tBack pain
#1\tAnnotatorNotes T1\tleave this out
"""


def write(folder: Path, text: str, annotations: str, name: str = "n1") -> None:
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes(annotations.encode())


def split(rows: list[Row]) -> tuple[GoldDocument, list[Unreadable]]:
    [gold] = [row for row in rows if isinstance(row, GoldDocument)]
    return gold, [row for row in rows if isinstance(row, Unreadable)]


def test_everything_with_a_place_here_is_kept(tmp_path: Path) -> None:
    write(tmp_path, TEXT, ANNOTATIONS)
    gold, bad = split(list(read([tmp_path])))
    assert gold.document.id == "n1.txt"
    chest, back, woman, drug = gold.mentions
    assert (chest.text, chest.fragments, chest.assertion) == (
        *("chest or back pain", ((3, 8), (17, 21))),
        Assertion.NEGATED,
    )
    assert (back.assertion, back.concepts) == (Assertion.POSSIBLE, ("HP:0003418",))
    assert (woman.text, woman.fragments) == ("old\nwoman", ())
    assert drug.concepts == ("MESH:C123456",)
    assert gold.relations == (GoldRelation("Relieves", ("MESH:C123456",), ("HP:0003418",), 3, 1),)
    assert gold.skipped == {"attribute": 1, "equivalence": 1, "event": 1}
    assert [(row.code, row.line) for row in bad] == [("offset-mismatch", 5), ("bad-row", 6), ("bad-relation", 10)]
    assert all(row.source.endswith("n1.ann") and row.lost == "annotation" for row in bad)


@pytest.mark.parametrize("name", ["n1.txt", "n1.ann"])
def test_either_file_of_the_pair_can_be_given(tmp_path: Path, name: str) -> None:
    write(tmp_path, TEXT, "T1\tDrug 42 50\tzolpixin\n")
    gold, bad = split(list(read([tmp_path / name])))
    assert (gold.document.id, len(gold.mentions), bad) == ("n1.txt", 1, [])


def test_annotations_without_their_text_are_reported(tmp_path: Path) -> None:
    (tmp_path / "n1.ann").write_text("T1\tDrug 0 2\tab\n", encoding="utf-8")
    [problem] = list(read([tmp_path / "n1.ann"]))
    assert isinstance(problem, Unreadable)
    assert problem.code == "not-found"


def test_texts_without_annotations_are_plain_documents(tmp_path: Path) -> None:
    write(tmp_path, TEXT, "", "a")
    (tmp_path / "b.txt").write_text("Plain.", encoding="utf-8")
    assert [isinstance(row, GoldDocument) for row in read([tmp_path])] == [True, False]


@settings(deadline=None)
@given(
    data=st.data(),
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=50),
)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, data: Any, text: str) -> None:
    text = f"x{text}x"
    folder = tmp_path_factory.mktemp("brat")
    points = data.draw(st.lists(st.sets(st.integers(0, len(text)), min_size=4, max_size=4).map(sorted), max_size=4))
    spans = [((a, b), (c, d)) for a, b, c, d in points if not text[b:c].isspace()]
    lines = [
        f"T{number}\tAny {a} {b};{c} {d}\t" + " ".join(f"{text[a:b]} {text[c:d]}".split())
        for number, ((a, b), (c, d)) in enumerate(spans)
    ]
    write(folder, text, "\n".join(lines))
    gold, bad = split(list(read([folder])))
    assert bad == []
    assert gold.document.text == text
    assert [mention.fragments for mention in gold.mentions] == spans
