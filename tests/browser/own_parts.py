"""Parts of documents made by hand, with what our sample texts lack: denials, contradictions, spans that nest, overlap
or have gaps, characters beyond the basic plane, rejects and failures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from kg_builder.graph_store import Failure, GraphStore
from kg_builder.records import (
    Assertion,
    Attribute,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Issue,
    Mention,
    Metadata,
    Provenance,
    Reject,
    Relation,
    Selection,
)

READER = Provenance(extractor="careful-reader", model="hand-made 1", settings_hash="hand")
SELECTION = Selection(
    schema_name="clinical-note", extractors=("careful-reader",), language="en", reason="kind of document"
)
WARFARIN = Concept(id="MESH:D014859", name="Warfarin", type="Chemical", xrefs=("CHEBI:10033",))
STROKE = Concept(id="MESH:D020521", name="Stroke", type="Disease")
HAEMORRHAGE = Concept(id="MESH:D006470", name="Hemorrhage", type="Disease")
LUNG = Concept(id="MESH:D008168", name="Lung", type="Anatomy")
LUNG_CANCER = Concept(id="MESH:D008175", name="Lung Neoplasms", type="Disease")
NON_SMALL_CELL = Concept(id="MESH:D002289", name="Carcinoma, Non-Small-Cell Lung", type="Disease")
BREAST_CANCER = Concept(id="MESH:D001943", name="Breast Neoplasms", type="Disease")
OVARIAN_CANCER = Concept(id="MESH:D010051", name="Ovarian Neoplasms", type="Disease")
TAMOXIFEN = Concept(id="MESH:D013629", name="Tamoxifen", type="Chemical")
ACETAMINOPHEN = Concept(id="MESH:D000082", name="Acetaminophen", type="Chemical")
FEVER = Concept(id="MESH:D005334", name="Fever", type="Disease")
BLUE_SPELLS = Concept(id="local:Disease/blue_spells", name="blue spells", type="Disease", linked=False)

NESTED_ID, EMOJI_ID, VIETNAMESE_ID = "scan-01 nested.txt", "chat-01.txt", "vi-ghi-chú-01.txt"
NESTED_TEXT = (
    "Staging scan of non-small cell lung cancer. History of breast and ovarian cancer, tamoxifen since. "
    "Blue spells were noted by a neighbour."
)
EMOJI_TEXT = "\U0001f600\U0001f468\u200d\U0001f469 feeling \U0001d4fc\U0001d4f8-so: warfarin, then a stroke \U0001f622"
VIETNAMESE_TEXT = "BN sốt cao, đã dùng paracetamol 500 mg x 3 lần/ngày.\nHết sốt sau 2 ngày, không phát ban."
FAILED_ID = "broken-scan.pdf.txt"
REJECT_CODES = {"not-in-text": 3, "duplicate": 1, "type-of-end": 1}

_STATEMENTS: tuple[tuple[str, str, str, Assertion, float, str], ...] = (
    ("present", "INDUCES", "A large haemorrhage followed warfarin.", Assertion.PRESENT, 0.93, "followed"),
    ("present again", "INDUCES", "Warfarin caused haemorrhage of the gut.", Assertion.PRESENT, 0.88, "caused"),
    ("denied", "INDUCES", "There was no haemorrhage under warfarin.", Assertion.NEGATED, 0.9, "no … under"),
    ("possible", "INDUCES", "Warfarin may have caused the haemorrhage.", Assertion.POSSIBLE, 0.55, "may have caused"),
    ("years ago", "INDUCES", "Years ago warfarin caused a haemorrhage.", Assertion.HISTORICAL, 0.7, "caused"),
    ("mother", "INDUCES", "Her mother had a haemorrhage while on warfarin.", Assertion.FAMILY, 0.6, "while on"),
    ("advice", "INDUCES", "Come back if warfarin leads to haemorrhage.", Assertion.HYPOTHETICAL, 0.5, "leads to"),
    ("mistake", "TREATS", "Warfarin was given against the haemorrhage.", Assertion.PRESENT, 0.41, "against"),
)


class Said(NamedTuple):
    """A mention to be found in the text; its further fields are those of `Mention`."""

    phrase: str
    concept: Concept
    more: dict[str, Any] = {}  # noqa: RUF012  (never changed)
    nth: int = 0


def write_own_parts(store: GraphStore) -> None:
    """Write all of them, and the ledger of what couldn't be read."""
    for part in (*_statements(), _nested(), _emoji(), _vietnamese()):
        store.write(part)
    store.fail(Failure(FAILED_ID, "time-out", "extract took longer than 120 s", attempts=3))
    store.fail(Failure("empty.txt", "empty-document", "no text but blanks", attempts=1))


def place(text: str, phrase: str, nth: int = 0) -> tuple[int, int]:
    """Offsets of a phrase, whatever its case."""
    at = -1
    for _ in range(nth + 1):
        at = text.casefold().index(phrase.casefold(), at + 1)
    return at, at + len(phrase)


def own_part(document_id: str, text: str, said: Sequence[Said], **more: Any) -> DocumentGraph:
    """A part with these mentions; `more` are its other fields, and `metadata`."""
    metadata = Metadata.model_validate({"kind": "note", "source": "hand-made", **more.pop("metadata", {})})
    concepts = {item.concept.id: item.concept for item in said}
    return DocumentGraph(
        document=Document(id=document_id, text=text, metadata=metadata),
        selection=more.pop("selection", SELECTION),
        settings_hash="hand",
        mentions=tuple(_mention(text, item) for item in said),
        concepts=tuple(concepts.values()),
        **more,
    )


def stated(text: str, ends: tuple[Said, Said], predicate: str, **more: Any) -> Relation:
    """A relation between two mentions; the whole text is its sentence, unless `sentence` says otherwise."""
    subject, object_ = (place(text, end.phrase, end.nth) for end in ends)
    evidence = Evidence(
        sentence=more.pop("sentence", (0, len(text))), subject=subject, object=object_, cue=more.pop("cue", None)
    )
    fields = {"evidence": (evidence,), "provenance": READER, **more}
    return Relation(subject=ends[0].concept.id, predicate=predicate, object=ends[1].concept.id, **fields)


def _mention(text: str, said: Said) -> Mention:
    start, end = said.more.get("span") or place(text, said.phrase, said.nth)
    fields: dict[str, Any] = {"type": said.concept.type, "confidence": 0.9, "provenance": READER}
    fields |= {name: value for name, value in said.more.items() if name != "span"}
    return Mention(start=start, end=end, text=text[start:end], concepts=(said.concept.id,), **fields)


def _statements() -> Iterable[DocumentGraph]:
    """One statement a document, about warfarin and haemorrhage."""
    for number, (name, predicate, text, assertion, confidence, cue) in enumerate(_STATEMENTS, start=1):
        ends = (Said("warfarin", WARFARIN), Said("haemorrhage", HAEMORRHAGE, {"assertion": assertion}))
        relation = stated(text, ends, predicate, assertion=assertion, confidence=confidence, cue=cue)
        metadata = {"patient": f"p{number}", "date": dt.date(2024, 1, number), "tags": ("ward", "anticoagulation")}
        yield own_part(f"ward-{number:02} {name}.txt", text, ends, relations=(relation,), metadata=metadata)


def _nested() -> DocumentGraph:
    """Three spans within each other, two that share a word with a gap in one, and rejects."""
    text = NESTED_TEXT
    breast, cancer = place(text, "breast"), place(text, "cancer", 1)
    gap = {"span": (breast[0], cancer[1]), "fragments": (breast, cancer)}
    said = (
        Said("non-small cell lung cancer", NON_SMALL_CELL),
        Said("lung cancer", LUNG_CANCER),
        Said("lung", LUNG),
        Said("breast", BREAST_CANCER, {**gap, "assertion": Assertion.HISTORICAL}),
        Said("breast and ovarian cancer", OVARIAN_CANCER, {"confidence": 0.62}),
        Said("ovarian cancer", OVARIAN_CANCER, {"assertion": Assertion.HISTORICAL}),
        Said("tamoxifen", TAMOXIFEN),
        Said("blue spells", BLUE_SPELLS, {"confidence": None}),
    )
    treats = stated(text, (said[6], said[5]), "TREATS", confidence=0.77, sentence=place(text, text[44:98]))
    return own_part(NESTED_ID, text, said, relations=(treats,), rejects=_rejects(text))


def _rejects(text: str) -> tuple[Reject, ...]:
    outside = [
        Reject(kind="mention", type="Disease", text=phrase, issues=(_issue("not-in-text", f"'{phrase}' isn't there"),))
        for phrase in ("pulmonary embolism", "anaemia", "sepsis")
    ]
    start, end = place(text, "neighbour")
    wrong = _issue("type-of-end", "Disease can't be the subject of TREATS")
    twice = _issue("duplicate", "stated before", severity="warning")
    return (
        *outside,
        Reject(kind="mention", type="Disease", start=start, end=end, text=text[start:end], issues=(twice,)),
        Reject(kind="relation", type="TREATS", text="blue spells TREATS cancer", issues=(wrong,)),
    )


def _issue(code: str, message: str, **more: Any) -> Issue:
    return Issue(code=code, message=message, **more)


def _emoji() -> DocumentGraph:
    """Offsets in code points differ from those in UTF-16 before the first mention."""
    said = (Said("warfarin", WARFARIN), Said("stroke", STROKE))
    treats = stated(EMOJI_TEXT, said, "TREATS", confidence=0.66, assertion=Assertion.POSSIBLE)
    return own_part(EMOJI_ID, EMOJI_TEXT, said, relations=(treats,))


def _vietnamese() -> DocumentGraph:
    """With abbreviations that were read in full, and a dose."""
    text = VIETNAMESE_TEXT
    said = (
        Said("sốt", FEVER),
        Said("paracetamol", ACETAMINOPHEN),
        Said("sốt", FEVER, {"assertion": Assertion.NEGATED}, nth=1),
    )
    start, end = place(text, "500 mg")
    dose = Attribute(
        start=start,
        end=end,
        text=text[start:end],
        type="Strength",
        mention=place(text, "paracetamol"),
        value={"kind": "strength", "number": 500, "unit": "mg"},
        provenance=READER,
    )
    treats = stated(text, (said[1], said[0]), "TREATS", confidence=0.81, sentence=(0, text.index("\n")))
    selection = SELECTION.model_copy(update={"language": "vi"})
    return own_part(
        VIETNAMESE_ID,
        text,
        said,
        attributes=(dose,),
        relations=(treats,),
        cleaning=((0, 2, "Bệnh nhân"),),
        selection=selection,
    )
