"""Tagged answers: what is learned reads back as the very mentions that were annotated."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.answers.aligning import align_items
from kg_builder.answers.tagged_answers import read_tagged
from kg_builder.corpora.records import GoldDocument
from kg_builder.records import Document, Mention, Provenance
from kg_builder.train.denoising.samples import Counted, annotated_chunks, tagged_text, without_crossings

TEXT = "Bệnh nhân 54 tuổi bị viêm phổi ở Bệnh viện Huế, ho và sốt."
WORDS = ["sốt", "ho", "viêm", "phổi", "Huế", "54"]


def mention(text: str, type: str, within: str = TEXT) -> Mention:
    start = within.index(text)
    return Mention(start=start, end=start + len(text), text=text, type=type)


def test_tags_stand_within_one_another_as_the_mentions_do() -> None:
    mentions = [mention("phổi", "ANATOMY"), mention("viêm phổi", "DISEASE"), mention("54 tuổi", "AGE")]
    assert tagged_text(TEXT, mentions) == (
        "Bệnh nhân <AGE>54 tuổi</AGE> bị <DISEASE>viêm <ANATOMY>phổi</ANATOMY></DISEASE> ở Bệnh viện Huế, ho và sốt."
    )


def test_one_stretch_of_two_types_has_two_pairs_of_tags() -> None:
    assert tagged_text("ho", [mention("ho", "A", "ho"), mention("ho", "B", "ho")]) == "<A><B>ho</B></A>"


def test_a_text_without_mentions_is_its_own_answer() -> None:
    assert tagged_text(TEXT, []) == TEXT


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, list[Mention]]:
    """A text of words, said once or twice, and mentions of whole words: nested, crossing, side by side."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, unique=True))
    halves = draw(st.integers(1, 2))
    text = ", ".join([" ".join(words)] * halves)
    half = len(" ".join(words)) + 2
    starts = [sum(len(word) + 1 for word in words[:place]) for place in range(len(words))]
    spans = st.tuples(st.integers(0, len(words) - 1), st.integers(0, 3), st.sampled_from(["AGE", "DISEASE", "PLACE"]))
    found = set()
    for (first, more, type_), later in draw(st.lists(st.tuples(spans, st.integers(0, halves - 1)), max_size=6)):
        last = min(first + more, len(words) - 1)
        found.add((later * half + starts[first], later * half + starts[last] + len(words[last]), type_))
    mentions = [Mention(start=a, end=b, text=text[a:b], type=type_) for a, b, type_ in sorted(found)]
    return text, without_crossings(mentions)


@given(annotated())
def test_what_is_learned_reads_back_as_what_was_annotated(case: tuple[str, list[Mention]]) -> None:
    text, mentions = case
    answer = tagged_text(text, mentions)
    read = read_tagged(answer, source=text)
    found, rejects = align_items(read.items, text, provenance=Provenance(extractor="test"))
    assert not rejects
    assert {one.key for one in found} == {one.key for one in mentions}


def test_long_texts_are_cut_between_sentences_and_everything_left_out_is_counted() -> None:
    text = "Bệnh nhân bị viêm phổi. Sau đó có ho. Rồi đến Huế."
    whole = [mention("viêm phổi", "DISEASE", text), mention("Huế", "PLACE", text), mention("ho", "SYMPTOM", text)]
    parted = Mention(start=13, end=33, text=text[13:33], type="DISEASE", fragments=((13, 17), (31, 33)))
    across = Mention(start=18, end=33, text=text[18:33], type="DISEASE")
    gold = GoldDocument(Document(id="1", text=text), (*whole, parted, across))
    counted = Counted()
    types = {"DISEASE": "SYMPTOM_AND_DISEASE", "PLACE": "LOCATION"}
    chunks = list(annotated_chunks([gold], types, 25, counted))
    assert [chunk for chunk, _ in chunks] == ["Bệnh nhân bị viêm phổi.", "Sau đó có ho.", "Rồi đến Huế."]
    assert [[(one.text, one.type) for one in found] for _, found in chunks] == [
        [("viêm phổi", "SYMPTOM_AND_DISEASE")],
        [],
        [("Huế", "LOCATION")],
    ]
    assert all(chunk[one.start : one.end] == one.text for chunk, found in chunks for one in found)
    assert (counted.cut, counted.discontinuous) == (1, 1)


def test_of_two_that_cross_under_one_type_the_first_is_learned() -> None:
    first, second = mention("viêm phổi ở", "DISEASE"), mention("phổi ở Bệnh", "DISEASE")
    counted = Counted()
    gold = GoldDocument(Document(id="1", text=TEXT), (second, first, mention("phổi ở Bệnh", "PLACE")))
    [(_, shown)] = annotated_chunks([gold], {}, 200, counted)
    assert {(one.text, one.type) for one in shown} == {("viêm phổi ở", "DISEASE"), ("phổi ở Bệnh", "PLACE")}
    assert counted.crossing == 1
