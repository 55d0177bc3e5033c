"""How much is linked in text that holds no chemical and no disease.

    python benchmarks/nothing_to_link.py [SENTENCES.tsv] [--show 30]

SENTENCES (nothing_to_link.tsv beside this file: language, kind, text) are everyday and administrative English and
Vietnamese, some with words that are medical elsewhere (``the price fell during the depression``). Two things are
counted: what the whole pipeline with its default settings finds and links, per 1,000 words; and what linking alone
makes of any one to three words in a row that it is given as a chemical, then as a disease, in all and at thresholds of
the score.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg_builder.graphs.components import Components, make_components
from kg_builder.graphs.document import read_document
from kg_builder.records import Document, Mention
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.text.keys import WORD

SCHEMA = "chemical-disease"
LONGEST = 3
"""Words of a forced mention."""
AT_LEAST = (0.0, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class Sentence:
    language: str
    kind: str
    text: str

    @property
    def words(self) -> list[tuple[int, int]]:
        return [match.span() for match in WORD.finditer(self.text)]


@dataclass(frozen=True)
class Found:
    """One mention: the words, its type, and to what it was linked, if it was."""

    text: str
    type: str
    score: float | None = None
    name: str = ""
    reason: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", nargs="?", default=str(Path(__file__).with_suffix(".tsv")))
    parser.add_argument("--show", type=int, default=0, help="print the commonest links")
    arguments = parser.parse_args()
    sentences = list(read_sentences(Path(arguments.sentences)))
    components = make_components(Settings(schema_name=SCHEMA))
    groups = {
        (language, kind): [one for one in sentences if (one.language, one.kind) == (language, kind)]
        for language, kind in dict.fromkeys((one.language, one.kind) for one in sentences)
    }
    print("| recognition and linking | sentences | words | mentions | linked | mentions per 1,000 words "
          "| links per 1,000 words |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")
    found: Counter[Found] = Counter()
    for (language, kind), group in groups.items():
        part = [one for number, sentence in enumerate(group) for one in pipeline(sentence, number, components)]
        found.update(part)
        line(f"{language}, {kind}", group, part)
    line("all", sentences, list(found.elements()))
    shown(found, arguments.show)
    print(f"\n| any 1 to {LONGEST} words as a mention | tried | "
          + " | ".join(f"linked, score ≥ {least:g}" if least else "linked" for least in AT_LEAST) + " |")  # fmt: skip
    print("|---|---|" + "---|" * len(AT_LEAST))
    forced: Counter[Found] = Counter()
    for (language, kind), group in groups.items():
        part = [one for sentence in group for one in every_window(sentence, components)]
        forced.update(part)
        row(f"{language}, {kind}", part)
    row("all", list(forced.elements()))
    shown(forced, arguments.show)


def read_sentences(path: Path) -> Iterator[Sentence]:
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    next(lines)
    for line in lines:
        yield Sentence(*line.split("\t"))


def pipeline(sentence: Sentence, number: int, components: Components) -> Iterator[Found]:
    """Mentions of a sentence read as a document of its own; those that are linked with the concept's name."""
    document = Document(id=str(number), text=sentence.text, language=sentence.language)
    graph = read_document(document, components)
    concepts = {concept.id: concept for concept in graph.concepts}
    for mention in graph.mentions:
        linked = [concepts[one].name for one in mention.concepts if concepts[one].linked]
        yield Found(mention.text, mention.type, 1.0 if linked else None, " + ".join(linked))


def every_window(sentence: Sentence, components: Components) -> Iterator[Found]:
    """What linking makes of any words in a row."""
    schema, words = builtin_schema(SCHEMA), sentence.words
    spans = [
        (words[first][0], words[first + length - 1][1])
        for length in range(1, LONGEST + 1)
        for first in range(len(words) - length + 1)
    ]
    for entity in schema.entities:
        mentions = [
            Mention(start=start, end=end, text=sentence.text[start:end], type=entity.name) for start, end in spans
        ]
        for mention, link in zip(
            mentions, components.normalizer.normalize(sentence.text, mentions, schema), strict=True
        ):
            if link.concepts:
                names = " + ".join(concept.name for concept in link.concepts)
                yield Found(mention.text.lower(), entity.name, link.score or 0.0, names, link.reason)
            else:
                yield Found(mention.text.lower(), entity.name)


def line(label: str, sentences: Sequence[Sentence], found: Sequence[Found]) -> None:
    words = sum(len(one.words) for one in sentences)
    linked = sum(one.score is not None for one in found)
    print(
        f"| {label} | {len(sentences)} | {words} | {len(found)} | {linked} "
        f"| {1000 * len(found) / words:.1f} | {1000 * linked / words:.1f} |"
    )


def row(label: str, found: Sequence[Found]) -> None:
    scores = [one.score for one in found if one.score is not None]
    counts = [sum(score >= least for score in scores) for least in AT_LEAST]
    print(f"| {label} | {len(found)} | " + " | ".join(f"{count} ({count / len(found):.2%})" for count in counts) + " |")


def shown(found: Counter[Found], most: int) -> None:
    linked = Counter({one: times for one, times in found.items() if one.score is not None})
    for one, times in sorted(linked.items(), key=lambda item: (-item[1], -(item[0].score or 0), item[0].text))[:most]:
        print(f"  {times:3d}  {one.type}  {one.text}  →  {one.name}  {one.score:.2f}  {one.reason}")


if __name__ == "__main__":
    main()
