"""Corpora of a recipe: each document once, none of the evaluation's, everything left out counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.errors import InputError
from kg_builder.train.documents import LoadedCorpus, load_corpora
from kg_builder.train.recipe import NerCorpus, Overlap


def block(id: str, text: str) -> str:
    return f"{id}|t|{text}\n{id}|a|\n{id}\t0\t4\t{text[:4]}\tDisease\t-1\n"


def part(path: str, role: str = "train", id_pattern: str | None = None) -> NerCorpus:
    data = {"path": path, "annotates": ("Disease",), "role": role, "id_pattern": id_pattern}
    return NerCorpus.model_validate(data)


def load(root: Path, *parts: NerCorpus, overlap: Overlap = "refuse") -> tuple[LoadedCorpus[NerCorpus], ...]:
    return load_corpora(parts, root, exclude_overlap=overlap)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Sentences of 1 and 2, whole documents 2 and 3 (3 twice), evaluation of 1 and 9."""
    (tmp_path / "whole.pubtator").write_text(
        "\n".join((block("2", "Rash in a child."), block("3", "Gout at night."), block("3", "Gout at night.")))
    )
    (tmp_path / "sentences.pubtator").write_text(
        "\n".join((block("1.s1", "Mumps again."), block("2.s1", "Rash on day two."), block("2.s2", "Rash gone.")))
    )
    (tmp_path / "dev.pubtator").write_text("\n".join((block("1", "Mumps in May."), block("9", "Acne and diet."))))
    return tmp_path


def ids(corpus: LoadedCorpus[NerCorpus]) -> list[str]:
    return [item.document.id for item in corpus.documents]


def test_what_is_left_out_is_counted(root: Path) -> None:
    whole, sentences, dev = load(
        root,
        part("whole.pubtator"),
        part("sentences.pubtator", id_pattern=r"^(\d+)"),
        part("dev.pubtator", role="evaluate"),
        overlap="drop",
    )
    assert (ids(whole), whole.read, whole.repeated) == (["2", "3"], 3, 1)
    assert (ids(sentences), sentences.elsewhere, sentences.leaking) == ([], 2, 1)
    assert ids(dev) == ["1", "9"]


def test_sentences_of_one_source_stand_side_by_side(root: Path) -> None:
    (sentences,) = load(root, part("sentences.pubtator", id_pattern=r"^(\d+)"))
    assert ids(sentences) == ["1.s1", "2.s1", "2.s2"]


def test_leaks_are_refused_unless_they_are_to_be_dropped(root: Path) -> None:
    with pytest.raises(InputError, match=r"1 training documents .* 1\.s1 as 1 \(same id\)"):
        load(root, part("sentences.pubtator", id_pattern=r"^(\d+)"), part("dev.pubtator", role="evaluate"))


def test_a_run_without_training_documents_is_refused(root: Path) -> None:
    (root / "copy.pubtator").write_text((root / "dev.pubtator").read_text())
    with pytest.raises(InputError, match="no training document is left"):
        load(root, part("copy.pubtator"), part("dev.pubtator", role="evaluate"), overlap="drop")


def test_a_missing_file_and_one_without_annotations_are_named(root: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.pubtator: no such file"):
        load(root, part("nothing.pubtator"))
    (root / "plain.txt").write_text("Rash in a child.")
    with pytest.raises(InputError, match=r"plain\.txt: no annotated documents"):
        load(root, part("plain.txt"))
