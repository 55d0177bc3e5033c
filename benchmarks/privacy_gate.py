"""Notes with made-up identifiers through a whole build whose model runs elsewhere: what it gets under each policy.

    python benchmarks/privacy_gate.py CORPORA [--notes 300]

A server on loopback stands for the model, and records. Under `block` no request may come; under `mask` the identifiers
that still come are counted; the graph is compared with that of texts sent as they are, but for what touches an
identifier.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kg_builder.graphs.building import Build, build
from kg_builder.records import Document
from kg_builder.settings import load_settings
from kg_builder.train.identifiers.planting import Planted

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.privacy import CARRIERS, LOCALES, NOTES, SEEDS, english_notes, part_notes
from tests.unit.privacy.remote_model import Elsewhere, Recorder, recording_server

STATED = "\n\nCisplatin caused nausea.  Metformin was given for Parkinson disease.\n"
"""Put into each note, so that the scripted model has something to find."""
LEAST = 4
"""Characters of identifiers that are looked for in requests: an age of two digits is in any text."""


def main() -> None:
    """Build three times, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--notes", type=int, default=NOTES)
    parser.add_argument("--carriers", choices=("plain", "held_back"), default="held_back", help="sentences")
    given = parser.parse_args()
    plain = part_notes(given.corpora, "held_back")
    written = CARRIERS["held_back"] if given.carriers == "held_back" else ("plain",)
    notes = english_notes(plain, "held_back", written, given.notes)
    for note in notes:
        note.keep(STATED)
    print(f"{len(notes)} notes, {sum(len(note.places) for note in notes)} identifiers, seed {SEEDS['held_back']}")
    print(f"locales: {', '.join(LOCALES['held_back'])}")
    with recording_server() as server:
        blocked = _built(notes, server, "block")
        print(f"block: {len(server.requests)} requests, set aside {dict(blocked.run.failures_by_code)}")
        allowed = _clean_items(_built(notes, server, "allow"), notes)
        server.requests.clear()
        masked = _clean_items(_built(notes, server, "mask"), notes)
        _tell_leaks(notes, server)
    same = (allowed & masked).total()
    only = (allowed - masked).total(), (masked - allowed).total()
    print(f"graph: {same} items in both, {only[0]} only unmasked, {only[1]} only masked")


def _built(notes: Sequence[Planted], server: Recorder, policy: str) -> Build:
    settings = load_settings(
        None,
        schema_name="chemical-disease",
        extractors=("far",),
        relation_extractor="far",
        allow_remote=True,
        privacy=policy,
        concurrency=4,
    )
    documents = [Document(id=f"n{number}", text=note.text, language="en") for number, note in enumerate(notes)]
    return build(documents, settings=settings, models={"far": Elsewhere(port=server.port)})


def _clean_items(built: Build, notes: Sequence[Planted]) -> Counter[Any]:
    """Mentions and relations of the graph that touch no identifier."""
    items: Counter[Any] = Counter()
    for one in built.store.mentions():
        if not _touches(notes[int(one.document[1:])], one.start, one.end):
            items[one.document, one.start, one.end, one.type, one.concept, one.assertion] += 1
    for relation in built.store.relations():
        for evidence in relation.evidence:
            if not _touches(notes[int(evidence.document[1:])], *evidence.sentence):
                items[relation.subject, relation.predicate, relation.object, evidence.document, evidence.sentence] += 1
    return items


def _touches(note: Planted, start: int, end: int) -> bool:
    return any(first < end and start < last for first, last, _ in note.places)


def _tell_leaks(notes: Sequence[Planted], server: Recorder) -> None:
    """Those that stand in a request about their own note; what the note has as a word of its own isn't told apart."""
    sent = [json.loads(request)["messages"][-1]["content"] for request in server.requests]
    leaked: Counter[str] = Counter()
    for note in notes:
        begin, end = max(note.own, key=lambda span: span[1] - span[0])
        mark = max(re.findall(r"[a-z ,]{10,}", note.text[begin:end]), key=len)
        own = "\n".join(text for text in sent if mark in text)
        for start, last, kind in note.places:
            said = note.text[start:last]
            if len(said) >= LEAST and re.search(rf"(?<!\w){re.escape(said)}(?!\w)", own):
                leaked[kind] += 1
    print(f"mask: {len(sent)} requests; identifiers that stand in those about their notes: {dict(leaked) or 'none'}")


if __name__ == "__main__":
    main()
