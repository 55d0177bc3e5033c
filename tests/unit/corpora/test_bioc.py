from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.corpora import GoldDocument, Row, Unreadable, read

DOCUMENT: dict[str, Any] = {
    "id": "55",
    "infons": {"kind": "abstract", "year": "2001"},
    "passages": [
        {
            "offset": 0,
            "infons": {"type": "title"},
            "text": "Rash after zolpixin",
            "annotations": [
                {
                    "id": "a",
                    "infons": {"type": "Disease", "MESH": "D005076"},
                    "text": "Rash",
                    "locations": [{"offset": 0, "length": 4}],
                },
                {
                    "id": "b",
                    "infons": {"type": "Chemical", "identifier": "C123456"},
                    "text": "zolpixin",
                    "locations": [{"offset": 11, "length": 8}],
                },
            ],
        },
        {
            "offset": 20,
            "text": "Red and itchy skin.",
            "annotations": [
                {
                    "id": "c",
                    "infons": {"type": "Disease"},
                    "text": "Red skin",
                    "locations": [{"offset": 20, "length": 3}, {"offset": 34, "length": 4}],
                },
                {"id": "d", "infons": {"type": "Disease"}, "text": "blue", "locations": [{"offset": 20, "length": 3}]},
                {"id": "e", "infons": {"type": "Disease"}, "text": "Red", "locations": []},
            ],
        },
    ],
    "relations": [
        {
            "id": "r1",
            "infons": {"type": "causes"},
            "nodes": [{"refid": "a", "role": "object"}, {"refid": "b", "role": "subject"}],
        },
        {"id": "r2", "infons": {"relation": "CID", "Chemical": "C123456", "Disease": "D005076"}, "nodes": []},
        {"id": "r3", "infons": {"type": "causes"}, "nodes": [{"refid": "d", "role": ""}, {"refid": "b", "role": ""}]},
        {"id": "r4", "infons": {"type": "causes"}, "nodes": [{"refid": "a", "role": ""}]},
    ],
}


def read_json(value: Any) -> list[Row]:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(read(["-"], format="bioc-json", stdin=io.BytesIO(data)))


def read_xml(text: str | bytes) -> list[Row]:
    data = text.encode() if isinstance(text, str) else text
    return list(read(["-"], format="bioc-xml", stdin=io.BytesIO(data)))


def to_xml(document: dict[str, Any]) -> str:
    def infons(part: dict[str, Any]) -> str:
        return "".join(f"<infon key={quoteattr(k)}>{escape(v)}</infon>" for k, v in part.get("infons", {}).items())

    def annotation(item: dict[str, Any]) -> str:
        places = "".join(
            f'<location offset="{place["offset"]}" length="{place["length"]}"/>' for place in item["locations"]
        )
        text = f"<text>{escape(item['text'])}</text>"
        return f"<annotation id={quoteattr(item['id'])}>{infons(item)}{places}{text}</annotation>"

    passages = "".join(
        f"<passage>{infons(passage)}<offset>{passage['offset']}</offset><text>{escape(passage['text'])}</text>"
        + "".join(annotation(item) for item in passage["annotations"])
        + "</passage>"
        for passage in document["passages"]
    )
    relations = "".join(
        f"<relation id={quoteattr(relation['id'])}>{infons(relation)}"
        + "".join(
            f"<node refid={quoteattr(node['refid'])} role={quoteattr(node['role'])}/>" for node in relation["nodes"]
        )
        + "</relation>"
        for relation in document.get("relations", [])
    )
    return f"<document><id>{document['id']}</id>{infons(document)}{passages}{relations}</document>"


def collection(*documents: str, head: str = '<!DOCTYPE collection SYSTEM "BioC.dtd">') -> str:
    start = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{start}{head}<collection><source>x</source>{''.join(documents)}</collection>"


def check(rows: list[Row]) -> None:
    gold, *bad = rows
    assert isinstance(gold, GoldDocument)
    assert gold.document.text == "Rash after zolpixin\nRed and itchy skin."
    assert (gold.document.id, gold.document.metadata.kind) == ("55", "abstract")
    assert [(mention.text, mention.concepts) for mention in gold.mentions] == [
        ("Rash", ("MESH:D005076",)),
        ("zolpixin", ("MESH:C123456",)),
        ("Red and itchy skin", ()),
    ]
    assert gold.mentions[2].fragments == ((20, 23), (34, 38))
    first, second = gold.relations
    assert (first.subject_mention, first.object_mention) == (1, 0)
    assert first.concept_pairs == second.concept_pairs == (("MESH:C123456", "MESH:D005076"),)
    assert [row.code for row in bad if isinstance(row, Unreadable)] == [
        *("offset-mismatch", "bad-offsets", "bad-relation", "bad-relation"),
    ]


def test_json() -> None:
    check(read_json({"source": "x", "documents": [DOCUMENT]}))
    check(read_json([DOCUMENT]))
    check(read_json({"PubTator3": [DOCUMENT]}))
    check(read_json(DOCUMENT))


def test_xml() -> None:
    check(read_xml(collection(to_xml(DOCUMENT))))


def test_collections_in_a_folder_are_recognized_and_other_xml_and_json_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(collection(to_xml(DOCUMENT)), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"documents": [DOCUMENT]}), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    (tmp_path / "pom.xml").write_text("<project/>", encoding="utf-8")
    assert len([row for row in read([tmp_path]) if isinstance(row, GoldDocument)]) == 2


def test_sentences_stand_in_for_a_passage_without_text() -> None:
    sentences = [
        {"offset": 0, "text": "One cough.", "annotations": []},
        {
            "offset": 11,
            "text": "No rash.",
            "annotations": [
                {"id": "a", "infons": {"type": "X"}, "text": "rash", "locations": [{"offset": 14, "length": 4}]}
            ],
        },
    ]
    [gold] = read_json([{"id": 3, "passages": [{"offset": 0, "sentences": sentences}]}])
    assert isinstance(gold, GoldDocument)
    assert (gold.document.id, gold.document.text, gold.mentions[0].text) == ("3", "One cough. No rash.", "rash")


def test_offsets_that_overlap_are_read_within_their_passage() -> None:
    passages = [
        {"offset": 0, "text": "A first passage."},
        {
            "offset": 0,
            "text": "A rash.",
            "annotations": [{"infons": {"type": "X"}, "text": "rash", "locations": [{"offset": 2, "length": 4}]}],
        },
    ]
    [gold] = read_json([{"id": "x", "passages": passages}])
    assert isinstance(gold, GoldDocument)
    assert (gold.mentions[0].start, gold.mentions[0].text) == (19, "rash")


def test_entities_are_refused_and_nothing_is_fetched() -> None:
    bomb = '<!DOCTYPE collection [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    [problem] = read_xml(collection(to_xml(DOCUMENT), head=bomb))
    assert isinstance(problem, Unreadable)
    assert problem.code == "bad-xml"
    assert "entities" in problem.message


def test_documents_before_a_syntax_error_are_kept() -> None:
    rows = read_xml(collection(to_xml(DOCUMENT)).replace("</collection>", "<document><id>56</id><passage></document>"))
    assert isinstance(rows[0], GoldDocument)
    problem = rows[-1]
    assert isinstance(problem, Unreadable)
    assert (problem.code, problem.line) == ("bad-xml", 1)


def test_files_that_are_something_else_are_reported() -> None:
    for rows in (read_xml("<html/>"), read_json({"a": 1}), read_json(b"{"), read_json(b"\xff\xff")):
        [problem] = rows
        assert isinstance(problem, Unreadable)
    [problem, gold, *_] = read_json([{"id": "x", "passages": [{"offset": "far"}]}, DOCUMENT])
    assert isinstance(problem, Unreadable)
    assert "passages.0.offset" in problem.message
    assert isinstance(gold, GoldDocument)


PASSAGE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=30
)


@settings(deadline=None)
@given(
    data=st.data(), texts=st.lists(PASSAGE, min_size=1, max_size=3).filter(lambda texts: bool("".join(texts).strip()))
)
def test_what_is_written_is_read_again(data: Any, texts: list[str]) -> None:
    passages, expected, offset = [], [], 0
    for text in texts:
        span = data.draw(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).map(sorted))
        start, end = span[0], max(span[1], span[0] + 1)
        place = {"offset": offset + start, "length": end - start}
        annotation = {"id": str(offset), "infons": {"type": "X"}, "text": text[start:end], "locations": [place]}
        passages.append({"offset": offset, "text": text, "annotations": [annotation]})
        expected.append((offset + start, text[start:end]))
        offset += len(text) + 1
    document = {"id": "d", "passages": passages}
    for rows in (read_json([document]), read_xml(collection(to_xml(document)))):
        [gold] = rows
        assert isinstance(gold, GoldDocument)
        assert gold.document.text == "\n".join(texts)
        assert [(mention.start, mention.text) for mention in gold.mentions] == expected
