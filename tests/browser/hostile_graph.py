"""Every hostile string in every place of a graph that takes text."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from functools import cache
from pathlib import Path

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
from kg_builder.stores.views import RunRecord
from tests.conformance.injections import MARKUP, TERMINAL

HUB = Concept(id="MESH:D014859", name="Warfarin", type="Chemical")
"""Related to all of them."""
ASSERTIONS = (Assertion.PRESENT, Assertion.PRESENT, Assertion.POSSIBLE, Assertion.NEGATED)
_SYMBOLS = re.compile("\u27e8U\\+[0-9A-F]{4,6}\u27e9|[\u2400-\u2426\ufffd]")
_CATEGORIES = {"Cc", "Cf", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"}


@cache
def hostile_strings() -> tuple[str, ...]:
    """Those of our list, and those that other parts of the package are tested with."""
    listed = json.loads(Path(__file__).with_name("hostile_strings.json").read_text(encoding="utf-8"))
    return tuple(dict.fromkeys([text for texts in listed.values() for text in texts] + [*MARKUP, *TERMINAL]))


def visible(text: str) -> str:
    """What a person sees of a text: without blanks, what has no form of its own, and symbols that stand for such."""
    bare = _SYMBOLS.sub("", text)
    return "".join(character for character in bare if unicodedata.category(character) not in _CATEGORIES)


def hostile_id(number: int, text: str) -> str:
    """An id of a concept has no blanks, no NUL and no broken characters."""
    return f"hostile:{number}{_joined(text)}"


def hostile_document_id(number: int, text: str) -> str:
    """An id of a document has at most 512 characters, none of them NUL."""
    return f"{number} {well_formed(text)}".replace("\0", "")[:512]


def _joined(text: str) -> str:
    return re.sub(r"[\s\0]", "_", well_formed(text))


def well_formed(text: str) -> str:
    """Without lone surrogates, which can't be in an id."""
    return "".join(character for character in text if not 0xD800 <= ord(character) <= 0xDFFF)


def fill_with_hostile_strings(store: GraphStore) -> None:
    """One document a string; the ledger and one run have all of them."""
    strings = hostile_strings()
    for number, text in enumerate(strings):
        store.write(hostile_part(number, text))
        store.fail(
            Failure(
                f"failed {hostile_document_id(number, text)}"[:512],
                f"code {well_formed(text)}",
                f"why {text}",
            )
        )
    counts = dict.fromkeys(strings, 1)
    store.record_run(
        RunRecord(
            id="run <script>kgOwned('run')</script>",
            started=dt.datetime(2024, 5, 1, tzinfo=dt.UTC),
            finished=dt.datetime(2024, 5, 2, tzinfo=dt.UTC),
            ended="finished",
            settings_hash=strings[0],
            failures_by_code=counts,
            rejects_by_code=counts,
            unserved=strings,
            warnings=counts,
            seconds_by_step=dict.fromkeys(strings, 1.0),
        )
    )


def hostile_part(number: int, text: str) -> DocumentGraph:
    """The string as name, id, type, predicate, mention, document id, metadata, attribute, cue, model and reject."""
    before, gave, after = f"{text} ", f" gave {text}", f" and {text}"
    whole = f"{before}warfarin{gave}{after}"
    hub = (len(before), len(before) + len("warfarin"))
    start = hub[1] + len(" gave ")
    span = (start, start + len(text))
    assertion = ASSERTIONS[number % len(ASSERTIONS)]
    source = Provenance(extractor=text, model=text)
    concept = Concept(
        id=hostile_id(number, text), name=text, type=text, linked=number % 2 == 0, synonyms=(text,), xrefs=_xrefs(text)
    )
    mentions = (
        Mention(start=hub[0], end=hub[1], text="warfarin", type="Chemical", concepts=(HUB.id,), section=text),
        Mention(
            **{"start": span[0], "end": span[1], "text": text, "type": text, "clean_text": text, "section": text},
            concepts=(concept.id,),
            assertion=assertion,
            provenance=source,
        ),
    )
    relation = Relation(
        subject=HUB.id,
        predicate=well_formed(text),
        object=concept.id,
        evidence=(Evidence(sentence=(0, len(whole)), subject=hub, object=span, cue=text),),
        assertion=assertion,
        confidence=0.5,
        provenance=source,
    )
    return DocumentGraph(
        document=Document(id=hostile_document_id(number, text), text=whole, metadata=_metadata(text), language=None),
        selection=Selection(
            **{"schema_name": text, "language": "en", "reason": text},
            extractors=(text,),
            unserved=(text,),
            warnings=(text,),
        ),
        settings_hash="hostile",
        cleaning=((span[0], span[1], text),),
        mentions=mentions,
        attributes=(_attribute(text, span),),
        concepts=(HUB, concept),
        relations=(relation,),
        rejects=(_reject("mention", text, span), _reject("answer", text, None)),
    )


def _xrefs(text: str) -> tuple[str, ...]:
    joined = _joined(text)
    return (f"X:{joined}", f"{joined.replace(':', '')}:1") if joined.replace(":", "") else ()


def _metadata(text: str) -> Metadata:
    words = {"patient": text, "encounter": text, "kind": text, "source": text}
    return Metadata(**words, tags=(text,), extra={f"key {text}": text})


def _attribute(text: str, span: tuple[int, int]) -> Attribute:
    value = {"kind": text, "unit": text, text: text}
    return Attribute(start=span[0], end=span[1], text=text, type=text, mention=span, value=value)


def _reject(kind: str, text: str, span: tuple[int, int] | None) -> Reject:
    places = {"start": span[0], "end": span[1]} if span else {}
    issues = (Issue(code=f"code-{text}", message=text),)
    return Reject.model_validate({"kind": kind, "type": text, "text": text, "issues": issues, **places})
