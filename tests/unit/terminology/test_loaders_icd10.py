"""ICD-10: tables and translations."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.terminology.loaders.icd10 import dotted, load_icd10
from kg_builder.terminology.loaders.loading import Loading
from kg_builder.terminology.loaders.po import unescaped
from kg_builder.terminology.loaders.reading import Reading
from kg_builder.terminology.rows import ConceptRow


def by_id(loading: Loading) -> dict[str, ConceptRow]:
    return {row.id: row for row in loading.rows}


def file(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


PO = r"""msgid ""
msgstr ""
"Language: vi\n"

msgctxt "model:gnuhealth.pathology,name:Z991"
msgid "Zork, unspecified"
msgstr "Bệnh zoóc, "
"không đặc hiệu"

#, fuzzy
msgctxt "model:gnuhealth.pathology,name:A01"
msgid "Fever of the zork"
msgstr "đoán mò"

msgctxt "model:gnuhealth.pathology,name:A019"
msgid "A \"quoted\" fever"
msgstr ""

msgctxt "model:gnuhealth.pathology.category,name:icdcat20-1"
msgid "A chapter"
msgstr "Một chương"
"""


def test_a_translation_gives_both_languages(tmp_path: Path) -> None:
    loading = load_icd10(file(tmp_path, "vi.po", PO), reading=Reading())
    rows = by_id(loading)
    assert sorted(rows) == ["ICD10:A01", "ICD10:A01.9", "ICD10:Z99.1"]
    one = rows["ICD10:Z99.1"]
    assert (one.name, one.group) == ("Zork, unspecified", "CONC")
    assert [(name.text, name.language) for name in one.names] == [("Bệnh zoóc, không đặc hiệu", "vi")]
    assert rows["ICD10:A01"].names == ()
    assert (rows["ICD10:A01.9"].name, rows["ICD10:A01.9"].broader) == ('A "quoted" fever', ("ICD10:A01",))
    assert loading.preamble.release == "icd10-vi"


def test_the_language_chooses_among_the_translations_of_a_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "package.whl", "w") as archive:
        archive.writestr("locale/de.po", PO.replace("Language: vi", "Language: de"))
        archive.writestr("locale/vi.po", PO)
    loading = load_icd10(tmp_path / "package.whl", reading=Reading(), language="vi")
    assert by_id(loading)["ICD10:Z99.1"].names[0].language == "vi"
    with pytest.raises(InputError, match=r"holds several \.po files"):
        load_icd10(tmp_path / "package.whl", reading=Reading())


def test_tables_and_lists_of_codes(tmp_path: Path) -> None:
    text = 'Mã,Tên\nA00-A09,Khối\nA01†,"Sốt, zoóc"\nA019,Sốt zoóc khác\nnothing,x\n'
    reading = Reading()
    rows = by_id(load_icd10(file(tmp_path, "a.csv", text), reading=reading, language="vi"))
    assert {key: row.name for key, row in rows.items()} == {"ICD10:A01": "Sốt, zoóc", "ICD10:A01.9": "Sốt zoóc khác"}
    assert rows["ICD10:A01"].names[0].language == "vi"
    assert [(line.number, line.reason) for line in reading.first] == [(5, "no ICD-10 code")]
    listed = "A010    Zork fever of the toes\nA0101   Zork fever, left\n"
    rows = by_id(load_icd10(file(tmp_path, "codes.txt", listed), reading=Reading(), vocabulary="ICD10CM"))
    assert rows["ICD10CM:A01.01"].broader == ("ICD10CM:A01.0",)
    order = f"00001 A010    1 {'Zork fevr of toes':<60} Zork fever of the toes\n"
    rows = by_id(load_icd10(file(tmp_path, "order.txt", order), reading=Reading()))
    assert rows["ICD10:A01.0"].name == "Zork fever of the toes"


def test_other_files_are_no_icd10(tmp_path: Path) -> None:
    for name, text in (("a.csv", "x,y\n1,2\n"), ("a.po", "words\n"), ("b.csv", "code,title\nzork,x\n")):
        with pytest.raises(InputError, match="expected"):
            load_icd10(file(tmp_path, name, text), reading=Reading())
    with pytest.raises(InputError, match="--vocabulary is one of"):
        load_icd10(file(tmp_path, "a.csv", ""), reading=Reading(), vocabulary="zork")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("E119", "E11.9"), ("e11.9", "E11.9"), ("A01†", "A01"), ("G63.0*", "G63.0"), ("A00-A09", None), ("I", None)],
)
def test_codes_get_their_dot(code: str, expected: str | None) -> None:
    assert dotted(code) == expected


@given(st.text(max_size=12))
def test_a_dotted_code_stays_as_it_is(text: str) -> None:
    found = dotted(text)
    assert found is None or dotted(found) == found


@given(st.text())
def test_escapes_are_undone(text: str) -> None:
    written = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    assert unescaped(written.replace("\r", "\\r")) == text
