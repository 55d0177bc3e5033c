"""How much of what identifies somebody the privacy rules find, and what they take for it by mistake.

    python benchmarks/privacy.py CORPORA --part held_back [--missed FILE] [--others FILE]

Made-up identifiers (Faker) are put into notes of MTSamples and into Vietnamese notes of templates; no name among them
is in the detector's lists. `dev` was used for writing the rules, `held_back` has other notes, seeds, locales and
sentences. `--others` writes what is found in the notes as they are, with context, to be read and judged: all that are
no dates, and dates up to 200 in all.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument
from kg_builder.privacy.clinical import clinical_names
from kg_builder.privacy.detector import Detector
from kg_builder.privacy.identifiers import Identifier, Kind
from kg_builder.terminology.shipped import load_terminology

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.privacy_plants import (
    PLANTS,
    Maker,
    Planted,
    VietnameseMaker,
    planted_note,
    vietnamese_note,
)

SAMPLED, READ = 300, 300
"""Notes drawn first, half of them for `dev`, and those of the rest that were read while rules were written."""
NOTES, VIETNAMESE_NOTES = {"dev": 150, "held_back": 300}, 60
"""Notes with identifiers put into them."""
OTHERS = 200
LOCALES = {
    "dev": ("en_US", "en_GB", "es_ES", "en_CA", "en_NZ", "de_AT", "fr_BE", "it_IT", "nl_NL", "pt_BR", "sv_SE"),
    "held_back": ("en_US", "en_AU", "fr_FR", "de_DE", "en_IE"),
}
SENTENCES = {"dev": ("dev", "dev_too", "dev_three", "dev_four", "dev_five"), "held_back": ("held_back",)}
"""Parts of the sentences' file."""
SEEDS = {"dev": 11, "held_back": 44017}
CONTEXT = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--part", choices=tuple(SEEDS), default="dev")
    parser.add_argument("--missed", type=Path, help="write what wasn't found")
    parser.add_argument("--others", type=Path, help="write what is found in the notes as they are")
    parser.add_argument("--clinical", action="store_true", help="also how many clinical terms are masked")
    given = parser.parse_args()
    recognize = clinical_names(load_terminology())
    detector = Detector(recognize)
    notes = part_notes(given.corpora / "mtsamples" / "sample.jsonl", given.part)
    english = list(english_notes(notes[: NOTES[given.part]], given.part))
    vietnamese = list(_vietnamese(given.part))
    missed: list[str] = []
    for title, texts, language in (("English", english, "en"), ("Vietnamese", vietnamese, "vi")):
        print(f"{title}: {len(texts)} notes, {given.part}")
        _report([(text, detector.find(text.text, language)) for text in texts], missed)
    if given.missed is not None:
        given.missed.write_text("\n".join(missed) + "\n", encoding="utf-8")
    if given.others is not None:
        given.others.write_text("\n".join(_others(notes, detector)) + "\n", encoding="utf-8")
    if given.clinical:
        terms = [(text, start, end) for text in notes for start, end in recognize(text, "en")]
        _masked_terms("recognized in MTSamples", terms, detector)
        _masked_terms("annotated in BC5CDR, development", list(_annotated(given.corpora)), detector)


def part_notes(path: Path, part: str) -> list[str]:
    rows = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    drawn = random.Random(9).sample(rows, SAMPLED)
    rest = [row for row in rows if row not in set(drawn)]
    half = SAMPLED // 2
    return drawn[:half] + rest[:READ] if part == "dev" else drawn[half:] + rest[READ:]


def _others(notes: Sequence[str], detector: Detector) -> list[str]:
    """All that are no dates, and some dates, in order of kind."""
    found = [(one, text) for text in notes for one in detector.find(text, "en")]
    dates = [pair for pair in found if pair[0].kind is Kind.DATE]
    others = [pair for pair in found if pair[0].kind is not Kind.DATE]
    print(f"found in {len(notes)} notes as they are: {len(dates)} dates, {len(others)} others")
    dates = random.Random(3).sample(dates, max(0, min(len(dates), OTHERS - len(others))))
    return sorted(f"{one.kind}\t{one.rule}\t{_around(text, one.start, one.end)}" for one, text in (*others, *dates))


def english_notes(notes: Sequence[str], part: str) -> Iterator[Planted]:
    make = Maker(LOCALES[part], SEEDS[part])
    for text in notes:
        yield planted_note(text, make.random.choice([PLANTS[name] for name in SENTENCES[part]]), make)


def _vietnamese(part: str) -> Iterator[Planted]:
    make = VietnameseMaker(SEEDS[part])
    for _ in range(VIETNAMESE_NOTES):
        yield vietnamese_note(PLANTS[f"vietnamese_{part}"], make)


def _report(read: Sequence[tuple[Planted, list[Identifier]]], missed: list[str]) -> None:
    total, whole, right, characters, covered = (Counter[str]() for _ in range(5))
    for note, found in read:
        hidden = {place for one in found for place in range(one.start, one.end)}
        for start, end, kind in note.places:
            letters = [place for place in range(start, end) if note.text[place].isalnum()]
            hit = sum(place in hidden for place in letters)
            total[kind] += 1
            characters[kind] += len(letters)
            covered[kind] += hit
            whole[kind] += hit == len(letters)
            right[kind] += any(one.kind == kind and one.start < end and one.end > start for one in found)
            if hit < len(letters):
                missed.append(f"{kind}\t{note.text[start:end]!r}\t{_around(note.text, start, end)}")
    for shown in (*sorted(total), ""):
        counts = [tally[shown] if shown else tally.total() for tally in (total, whole, right, characters, covered)]
        n, all_of_it, named, letters_there, letters_hidden = counts
        print(
            f"  {shown or 'all':8} {n:5}  by character {letters_hidden / letters_there:.4f}  whole {all_of_it / n:.4f}"
            f"  as this kind {named / n:.4f}"
        )


def _around(text: str, start: int, end: int) -> str:
    return repr(f"{text[max(0, start - CONTEXT) : start]}⟦{text[start:end]}⟧{text[end : end + CONTEXT]}")


def _masked_terms(title: str, terms: Sequence[tuple[str, int, int]], detector: Detector) -> None:
    found: dict[str, list[Identifier]] = {}
    masked = []
    for text, start, end in terms:
        if text not in found:
            found[text] = detector.find(text, "en")
        if any(one.start < end and one.end > start for one in found[text]):
            masked.append(text[start:end])
    print(f"{title}: {len(masked)} of {len(terms)} masked ({100 * len(masked) / len(terms):.3f} %)")
    print("  " + ", ".join(f"{term} {count}" for term, count in Counter(masked).most_common(12)))


def _annotated(corpora: Path) -> Iterator[tuple[str, int, int]]:
    for record in read([corpora / "bc5cdr" / "dev.pubtator"]):
        if isinstance(record, GoldDocument):
            yield from ((record.document.text, mention.start, mention.end) for mention in record.mentions)


if __name__ == "__main__":
    main()
