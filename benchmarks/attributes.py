"""Precision, recall and F1 of doses and of the medicines they belong to, with the medicines given.

    python benchmarks/attributes.py DRUG_DOSE.pubtator [--errors] [--half first|second]

DRUG_DOSE is the dose part of the ADE corpus (Gurulingappa et al., J Biomed Inform 2012) in PubTator: sentences with
Drug and Dose mentions and lines "id, DOSE, drug mention, dose mention". Pairs of (drug, dose) and doses alone are
counted, exact and where both only overlap. Exact figures have a ceiling: the corpus takes "60 mg twice daily" for one
dose in places and "15 mg" of "15 mg daily" in others, "high" of "high dose" in some and all of it in others.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.extract.attributes.reading import read_attributes
from kg_builder.records import Attribute, Mention
from kg_builder.schemas import builtin_schema

Span = tuple[int, int]
Pair = tuple[Span, Span]


@dataclass
class Sentence:
    name: str
    text: str
    spans: dict[str, Span] = field(default_factory=dict)
    drugs: set[Span] = field(default_factory=set)
    pairs: set[Pair] = field(default_factory=set)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--half", choices=("first", "second"))
    arguments = parser.parse_args()
    sentences = sorted(read(Path(arguments.corpus)), key=lambda sentence: sentence.name)
    half = len(sentences) // 2
    chosen = {"first": sentences[:half], "second": sentences[half:], None: sentences}[arguments.half]
    gold = [(sentence.name, pair) for sentence in chosen for pair in sentence.pairs]
    found = [(sentence.name, pair) for sentence in chosen for pair in pairs_of(sentence)]
    print(f"{len(chosen)} sentences, {len(gold)} pairs in the corpus, {len(found)} found")
    report("pairs, exact", gold, found, exact)
    report("pairs, overlapping", gold, found, overlapping)
    doses = [(name, (dose, dose)) for name, dose in dict.fromkeys((name, pair[1]) for name, pair in gold)]
    own = [(name, (dose, dose)) for name, dose in dict.fromkeys((name, pair[1]) for name, pair in found)]
    report("doses, exact", doses, own, exact)
    report("doses, overlapping", doses, own, overlapping)
    if arguments.errors:
        show(chosen, gold, found)


def read(path: Path) -> Iterator[Sentence]:
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = block.strip("\n").split("\n")
        if "|t|" not in lines[0]:
            continue
        name, text = lines[0].split("|t|", 1)
        sentence = Sentence(name, text)
        for line in lines[2:]:
            cells = line.split("\t")
            if cells[1] == "DOSE":
                sentence.pairs.add((sentence.spans[cells[2]], sentence.spans[cells[3]]))
                continue
            sentence.spans[cells[5]] = (int(cells[1]), int(cells[2]))
            if cells[4] == "Drug":
                sentence.drugs.add((int(cells[1]), int(cells[2])))
        yield sentence


def pairs_of(sentence: Sentence) -> set[Pair]:
    mentions = [
        Mention(start=start, end=end, text=sentence.text[start:end], type="Treatment")
        for start, end in sorted(sentence.drugs)
    ]
    found = read_attributes(sentence.text, mentions, schema=builtin_schema("clinical-note"), language="en")
    return {
        (attribute.mention, (attribute.start, attribute.end))
        for attribute in found
        if attribute.mention is not None and is_dose(attribute)
    }


def is_dose(attribute: Attribute) -> bool:
    return attribute.type in {"Dose", "Strength"}


Item = tuple[str, Pair]


def exact(one: Pair, other: Pair) -> bool:
    return one == other


def overlapping(one: Pair, other: Pair) -> bool:
    return all(first[0] < second[1] and second[0] < first[1] for first, second in zip(one, other, strict=True))


def report(label: str, gold: Sequence[Item], found: Sequence[Item], same: object) -> None:
    assert callable(same)
    hit = sum(any(name == other and same(pair, also) for other, also in gold) for name, pair in found)
    got = sum(any(name == other and same(pair, also) for other, also in found) for name, pair in gold)
    precision, recall = hit / max(len(found), 1), got / max(len(gold), 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"{label:<20} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


def show(sentences: Iterable[Sentence], gold: Sequence[Item], found: Sequence[Item]) -> None:
    for sentence in sentences:
        own, theirs = ([pair for name, pair in items if name == sentence.name] for items in (found, gold))
        missed = [pair for pair in theirs if not any(overlapping(pair, other) for other in own)]
        extra = [pair for pair in own if not any(overlapping(pair, other) for other in theirs)]
        if missed or extra:
            print(f"\n{sentence.name}: {sentence.text}")
        for label, pairs in (("missed", missed), ("extra", extra)):
            for drug, dose in pairs:
                print(f"  {label}: {sentence.text[slice(*drug)]} <- {sentence.text[slice(*dose)]}")


if __name__ == "__main__":
    main()
