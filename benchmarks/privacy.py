"""How much of what identifies somebody is found, and what is taken for it by mistake.

    python benchmarks/privacy.py CORPORA --part held_back [--rules] [--missed FILE] [--others FILE]

Made-up identifiers (Faker) are put into notes of MTSamples and into Vietnamese notes with slots; no name among them is
in the detector's lists, nor was it drawn in training. `dev` was used for writing the rules and for training,
`held_back` has other notes, seeds, locales, names and sentences. `--others` writes what is found in the notes as they
are, with context, to be read and judged: all that are no dates, and dates up to 200 in all.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument
from kg_builder.privacy.clinical import clinical_names
from kg_builder.privacy.detector import Detector, rules_and_model
from kg_builder.privacy.identifiers import Identifier, Kind
from kg_builder.terminology.shipped import load_terminology
from kg_builder.train.identifiers.coverage import coverage
from kg_builder.train.identifiers.made_up import Half, Maker, VietnameseMaker
from kg_builder.train.identifiers.notes import notes_of
from kg_builder.train.identifiers.planting import Planted, carriers, planted_note, whole_notes

PARTS: dict[str, Half] = {"dev": "train", "held_back": "held_back"}
NOTES, SENTENCES, VIETNAMESE_ROUNDS = 300, 8, 3
"""Notes with identifiers put into them, sentences in each, and how often each Vietnamese note is filled."""
OTHERS = 200
LOCALES = {
    "dev": ("en_US", "en_GB", "es_ES", "en_CA", "en_NZ", "de_AT", "fr_BE", "it_IT", "nl_NL", "pt_BR", "sv_SE"),
    "held_back": ("en_US", "en_AU", "fr_FR", "de_DE", "en_IE"),
}
CARRIERS = {
    "dev": ("dictation", "ward", "letters", "stories", "reports", "rounds", "numbers", "plain"),
    "held_back": ("held_back/transcribed", "held_back/dictated", "held_back/free"),
}
VIETNAMESE = {"dev": ("vietnamese", "vietnamese_stations"), "held_back": ("held_back/vietnamese",)}
VIETNAMESE_TYPES = frozenset({"Symptom_and_Disease", "DiagnosticProcedure"})
"""Of VietBioNER's; the others are places, dates and organisations."""
SEEDS = {"dev": 11, "held_back": 91_823}
CONTEXT = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--part", choices=tuple(PARTS), default="dev")
    parser.add_argument("--rules", action="store_true", help="without the model")
    parser.add_argument("--missed", type=Path, help="write what wasn't found")
    parser.add_argument("--others", type=Path, help="write what is found in the notes as they are")
    parser.add_argument("--clinical", action="store_true", help="also how many clinical terms are masked")
    given = parser.parse_args()
    terminology = load_terminology()
    recognize = clinical_names(terminology)
    detector = Detector(recognize) if given.rules else rules_and_model(terminology)
    notes = part_notes(given.corpora, given.part)
    missed: list[str] = []
    for name in CARRIERS[given.part]:
        _report(name, english_notes(notes, given.part, (name,)), detector, missed)
    for name in VIETNAMESE[given.part]:
        make = VietnameseMaker(SEEDS[given.part], PARTS[given.part])
        filled = [note for _ in range(VIETNAMESE_ROUNDS) for note in whole_notes(carriers(name), make, "vi")]
        _report(name, filled, detector, missed)
    if given.missed is not None:
        given.missed.write_text("\n".join(missed) + "\n", encoding="utf-8")
    if given.others is not None:
        given.others.write_text("\n".join(_others(notes, detector)) + "\n", encoding="utf-8")
    if given.clinical:
        recognized = [(text, start, end) for text in notes for start, end in recognize(text, "en")]
        _masked_terms("recognized in MTSamples", recognized, detector, "en")
        chemical = list(_annotated(given.corpora / "bc5cdr" / "dev.pubtator"))
        _masked_terms("annotated in BC5CDR, development", chemical, detector, "en")
        vietnamese = list(_annotated(given.corpora / "vietbioner" / "dev.jsonl", VIETNAMESE_TYPES))
        _masked_terms("annotated in VietBioNER, development", vietnamese, detector, "vi")


def part_notes(corpora: Path, part: str) -> list[str]:
    """Notes of MTSamples."""
    lines = (corpora / "mtsamples" / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    return notes_of([json.loads(line)["text"] for line in lines], PARTS[part])


def english_notes(notes: Sequence[str], part: str, names: Sequence[str], most: int = NOTES) -> list[Planted]:
    """Each note with sentences of one of the files."""
    make = Maker(LOCALES[part], SEEDS[part], PARTS[part])
    written = [carriers(name) for name in names]
    return [planted_note(text, make.random.choice(written), make, SENTENCES) for text in notes[:most]]


def _others(notes: Sequence[str], detector: Detector) -> list[str]:
    """All that are no dates, and some dates, in order of kind."""
    found = [(one, text) for text in notes for one in detector.find(text, "en")]
    dates = [pair for pair in found if pair[0].kind is Kind.DATE]
    others = [pair for pair in found if pair[0].kind is not Kind.DATE]
    print(f"found in {len(notes)} notes as they are: {len(dates)} dates, {len(others)} others")
    dates = random.Random(3).sample(dates, max(0, min(len(dates), OTHERS - len(others))))
    return sorted(f"{one.kind}\t{one.rule}\t{_around(text, one.start, one.end)}" for one, text in (*others, *dates))


def _report(name: str, notes: Sequence[Planted], detector: Detector, missed: list[str]) -> None:
    read: list[tuple[Planted, list[Identifier]]] = [(note, detector.find(note.text, note.language)) for note in notes]
    counted, lost = coverage(read)
    print(f"{name}: {len(notes)} notes")
    for kind, one in counted.items():
        whole, named = one.whole / one.identifiers, one.as_this_kind / one.identifiers
        print(f"  {kind:8} {one.identifiers:5}  by character {one.recall:.4f}  whole {whole:.4f}  as this {named:.4f}")
    missed += (
        f"{name}\t{one.kind}\t{one.note.text[one.start : one.end]!r}\t{_around(one.note.text, one.start, one.end)}"
        for one in lost
    )


def _around(text: str, start: int, end: int) -> str:
    return repr(f"{text[max(0, start - CONTEXT) : start]}⟦{text[start:end]}⟧{text[end : end + CONTEXT]}")


def _masked_terms(title: str, terms: Sequence[tuple[str, int, int]], detector: Detector, language: str) -> None:
    found: dict[str, list[Identifier]] = {}
    masked = []
    for text, start, end in terms:
        if text not in found:
            found[text] = detector.find(text, language)
        if any(one.start < end and one.end > start for one in found[text]):
            masked.append(text[start:end])
    print(f"{title}: {len(masked)} of {len(terms)} masked ({100 * len(masked) / len(terms):.3f} %)")
    print("  " + ", ".join(f"{term} {count}" for term, count in Counter(masked).most_common(12)))
    kinds = Counter(one.kind.value for identifiers in found.values() for one in identifiers)
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    print(f"  found in these {len(found)} texts: {told or 'nothing'}")


def _annotated(file: Path, types: Collection[str] | None = None) -> Iterator[tuple[str, int, int]]:
    for record in read([file]):
        if isinstance(record, GoldDocument):
            mentions = (mention for mention in record.mentions if types is None or mention.type in types)
            yield from ((record.document.text, mention.start, mention.end) for mention in mentions)


if __name__ == "__main__":
    main()
