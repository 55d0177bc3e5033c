from __future__ import annotations

import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.corpora import GoldDocument, Row, Unreadable, read
from kg_builder.corpora.identifiers import curies

SAMPLE = """\
101|t|Nausea after zolpixin
101|a|A woman took zolpixin and a gene was silent.
101\t0\t6\tNausea\tDisease\tD009325
101\t13\t21\tzolpixin\tChemical\tC123456
101\t50\t54\tgene\tGeneOrGeneProduct\t4321,8765
101\t22\t54\tA woman took zolpixin and a gene\tDisease\tD000001|-1|OMIM:600000\tone|two|three
101\t24\t29\tgirls\tDisease\tD000002
101\t24\t999\twoman\tDisease\tD000002
101\t24
999\t0\t6\tNausea\tDisease\tD009325
101\tCID\tC123456\tD009325
101\tAssociation\t4321\tD009325\tNovel

102|t|Second title
102|a|
"""


def read_pubtator(text: str) -> list[Row]:
    return list(read(["-"], format="pubtator", stdin=io.BytesIO(text.encode())))


def test_titles_mentions_and_relations() -> None:
    first, *bad, second = read_pubtator(SAMPLE)
    assert isinstance(first, GoldDocument)
    assert isinstance(second, GoldDocument)
    assert first.document.text == "Nausea after zolpixin A woman took zolpixin and a gene was silent."
    assert second.document.text == "Second title"
    assert [mention.concepts for mention in first.mentions] == [
        ("MESH:D009325",),
        ("MESH:C123456",),
        ("NCBIGene:4321", "NCBIGene:8765"),
        ("MESH:D000001", "OMIM:600000"),
    ]
    cid, association = first.relations
    assert (cid.predicate, cid.concept_pairs) == ("CID", (("MESH:C123456", "MESH:D009325"),))
    assert (association.subject, association.note) == (("NCBIGene:4321",), "Novel")
    found = [(row.code, row.line, row.document_id, row.lost) for row in bad if isinstance(row, Unreadable)]
    assert found == [
        ("offset-mismatch", 7, "101", "annotation"),
        ("bad-offsets", 8, "101", "annotation"),
        ("bad-row", 9, "101", "annotation"),
        ("stray-row", 10, "101", "annotation"),
    ]


def test_relations_between_annotation_handles() -> None:
    [gold] = read_pubtator(
        "5|t|Zolpixin made me ill\n5\t0\t8\tZolpixin\tDrug\tT1\n5\t17\t20\till\tEffect\tT2\n5\tADE\tT1\tT2\n"
    )
    assert isinstance(gold, GoldDocument)
    assert [mention.concepts for mention in gold.mentions] == [(), ()]
    [relation] = gold.relations
    assert (relation.subject_mention, relation.object_mention, relation.concept_pairs) == (0, 1, ())


def test_blocks_without_a_blank_line_between_them_and_windows_line_ends() -> None:
    rows = read_pubtator("1|t|One\r\n1|a|Two\r\n1\t0\t3\tOne\tX\t-1\r\n2|t|Three\r\n")
    assert [row.document.text for row in rows if isinstance(row, GoldDocument)] == ["One Two", "Three"]


def test_rows_outside_a_document_and_empty_documents_are_reported() -> None:
    rows = read_pubtator("1\t0\t3\tOne\tX\t-1\n\n2|t|\n2|a|\n")
    assert [row.code for row in rows if isinstance(row, Unreadable)] == ["stray-row", "empty-text"]


def test_ids_get_their_prefix_from_shape_and_type() -> None:
    assert curies("D000001+C537043", "Disease") == ("MESH:D000001", "MESH:C537043")
    assert curies("C0009763", "Disease") == ("UMLS:C0009763",)
    assert curies("mesh:D000001;D000001") == ("MESH:D000001",)
    assert curies("9606", "Species") == ("NCBITaxon:9606",)
    assert curies("4321", "Gene") == ("NCBIGene:4321",)
    assert curies("154700", "SpecificDisease") == ("OMIM:154700",)
    assert curies("4321") == ("CORPUS:4321",)
    assert curies("c|SUB|C|123|T", "SequenceVariant") == ("tmVar:c|SUB|C|123|T",)
    assert curies("rs123") == ("dbSNP:rs123",)
    assert curies("some thing") == ("CORPUS:some_thing",)
    assert curies(":x") == ("CORPUS:_x",)
    for none in ("", "-", "-1", "NIL", "T12"):
        assert curies(none) == ()


LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=40)


@settings(deadline=None)
@given(data=st.data(), title=LINE.filter(lambda text: bool(text.strip())), abstract=LINE)
def test_what_is_written_is_read_again(data: Any, title: str, abstract: str) -> None:
    text = f"{title} {abstract}" if abstract else title
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(lambda pair: pair[0] < pair[1])
    spans = data.draw(st.lists(places, max_size=5))
    rows = [f"7\t{start}\t{end}\t{text[start:end]}\tAny\tX:1" for start, end in spans]
    written = "\n".join([f"7|t|{title}", f"7|a|{abstract}", *rows, "7\tR\tX:1\tX:2", ""])
    [gold] = read_pubtator(written)
    assert isinstance(gold, GoldDocument)
    assert gold.document.text == text
    assert [(mention.start, mention.end, mention.text) for mention in gold.mentions] == [
        (start, end, text[start:end]) for start, end in spans
    ]
    assert gold.relations[0].concept_pairs == (("X:1", "X:2"),)


@settings(deadline=None)
@given(LINE)
def test_any_id_column_gives_valid_curies(raw: str) -> None:
    for curie in curies(raw, "Disease"):
        prefix, _, local = curie.partition(":")
        assert prefix
        assert local
        assert not any(character.isspace() for character in curie)
