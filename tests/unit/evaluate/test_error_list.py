"""The file of mistakes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kg_builder.errors import InputError
from kg_builder.evaluate.error_list import ErrorList
from kg_builder.evaluate.mistakes import Kind, Mistake


def missed(text: str, document: str = "7") -> Mistake:
    return Mistake(
        document,
        Kind.MISSED,
        gold_type="Disease",
        gold_span=(3, 3 + len(text)),
        gold_text=text,
        gold_ids=("M:1", "M:2"),
        context=f"of [[{text}]] .",
    )


SPURIOUS = Mistake("8", Kind.SPURIOUS, predicted_type="Chemical", predicted_span=(0, 2), predicted_text="NO")
MISTAKES = [missed("gout"), SPURIOUS, missed("rash"), missed("Gout", "9")]


def write(path: Path, mistakes: list[Mistake]) -> None:
    with ErrorList(path) as errors:
        for mistake in mistakes:
            errors.add(mistake)


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_tsv_has_a_row_a_mistake_and_a_summary_commonest_first(tmp_path: Path) -> None:
    write(tmp_path / "errors.tsv", MISTAKES)
    head, *lines = table(tmp_path / "errors.tsv")
    assert all(len(line) == len(head) for line in lines)
    assert dict(zip(head, lines[0], strict=True)) == {
        "document": "7",
        "kind": "missed",
        "gold type": "Disease",
        "predicted type": "",
        "gold offsets": "3-7",
        "predicted offsets": "",
        "gold text": "gout",
        "predicted text": "",
        "gold ids": "M:1 M:2",
        "predicted ids": "",
        "context": "of [[gout]] .",
    }
    assert table(tmp_path / "errors.summary.tsv")[1:] == [
        ["missed", "Disease", "gout", "2"],
        ["missed", "Disease", "rash", "1"],
        ["spurious", "Chemical", "no", "1"],
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"errors.tsv", "errors.summary.tsv"}


def test_markdown_is_one_file_with_the_summary_on_top(tmp_path: Path) -> None:
    write(tmp_path / "errors.md", [*MISTAKES, missed("a|b <script>*")])
    shown = (tmp_path / "errors.md").read_text(encoding="utf-8")
    assert shown.index("## missed: 4") < shown.index("| Disease | gout | 2 |") < shown.index("## spurious: 1")
    assert shown.index("## spurious: 1") < shown.index("## All")
    assert r"a\|b &lt;script&gt;\*" in shown
    assert [path.name for path in tmp_path.iterdir()] == ["errors.md"]


def test_no_mistakes_is_an_empty_list_not_a_missing_file(tmp_path: Path) -> None:
    write(tmp_path / "errors.tsv", [])
    assert len(table(tmp_path / "errors.tsv")) == 1


def test_an_exception_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "errors.tsv"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(AttributeError):
        write(path, [SPURIOUS, None])  # type: ignore[list-item]
    assert path.read_text(encoding="utf-8") == "before"
    assert [found.name for found in tmp_path.iterdir()] == ["errors.tsv"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"), ErrorList(tmp_path / "nowhere" / "errors.tsv"):
        pass
