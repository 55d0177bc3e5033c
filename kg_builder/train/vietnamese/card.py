"""The model card of a Vietnamese model, written from the run that made it: data, recipe, figures, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.evaluate.calibration import AtThreshold, markdown_thresholds
from kg_builder.train.run_record import CorpusRow, brief_corpus_table, file_table
from kg_builder.train.vietnamese.figures import Scored, SystemFigures

_SYSTEMS = {
    "dictionary": "dictionary alone",
    "baseline": "CRF baseline",
    "model": "this model",
}


@dataclass(frozen=True, slots=True)
class VietnameseFacts:
    """Everything that the card says of one model."""

    name: str
    version: str
    command: str
    recipe_yaml: str
    terminology: str
    corpora: tuple[CorpusRow, ...]
    least: float
    """Calibrated probability from which a span is a mention."""
    least_named: Mapping[str, float]
    """By type, the same for names of the dictionary."""
    features: int
    cross_validation: SystemFigures
    evaluation: Mapping[str, Scored]
    """By corpus."""
    quoted: Mapping[str, Any] | None
    """`evaluation` of the run of the same settings that left evaluation documents out."""
    file_bytes: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The run's figures as plain values."""
        own = {corpus: scored.as_json() for corpus, scored in self.evaluation.items()}
        return {
            "name": self.name,
            "version": self.version,
            "command": self.command,
            "terminology": self.terminology,
            "corpora": [asdict(corpus) for corpus in self.corpora],
            "least": self.least,
            "least_named": dict(self.least_named),
            "features": self.features,
            "cross_validation": self.cross_validation.as_json(),
            "evaluation": own or self.quoted,
            "file_bytes": dict(self.file_bytes),
        }


def render_vietnamese_card(facts: VietnameseFacts) -> str:
    """The card as Markdown."""
    return "\n".join((*_head(facts), *_data(facts), *_figures(facts), _TRIALS, _LIMITS, _LICENCE, *_recipe(facts)))


def _head(facts: VietnameseFacts) -> Iterator[str]:
    yield f"# {facts.name}, version {facts.version}"
    yield ""
    yield _WHAT
    yield f"`weights.tsv.xz` has the weights of {facts.features:,} features by name, as thousandths (outside, begin,"
    yield "inside, type after type), `vietnamese.json` the transitions, calibration and threshold."
    yield ""
    yield from file_table(facts.file_bytes)
    yield ""


def _data(facts: VietnameseFacts) -> Iterator[str]:
    yield "## Data"
    yield ""
    yield f"Terminology `{facts.terminology}`, whose Vietnamese names are features."
    yield ""
    yield from brief_corpus_table(facts.corpora, "sentences")
    yield ""


def _figures(facts: VietnameseFacts) -> Iterator[str]:
    yield "## Figures"
    yield ""
    yield f"Exactly equal spans and types; mentions are spans of at least {facts.least:g} probability, names of the"
    named = ", ".join(f"{least:g} ({kind})" for kind, least in facts.least_named.items())
    yield f"dictionary from {named} on."
    yield "The baseline is CRFsuite's field over all types at once, told of words and shapes in a window of five,"
    yield "prefixes and suffixes, trained on the same documents with the same penalties. The dictionary has no places,"
    yield "organisations and dates."
    yield ""
    scored = {corpus: one.as_json() for corpus, one in facts.evaluation.items()}
    if not scored and facts.quoted:
        scored = dict(facts.quoted)
        yield "These weights are trained on the evaluation documents too; the figures are those of the same settings"
        yield "trained without them."
        yield ""
    for corpus, one in scored.items():
        yield from _corpus_figures(corpus, one)
    yield "In cross-validation on the training documents (calibration and threshold were chosen there):"
    yield ""
    yield from _table({"this model": facts.cross_validation.as_json()})
    yield ""


def _corpus_figures(corpus: str, scored: Mapping[str, Any]) -> Iterator[str]:
    left = scored["documents"] - scored["shared"]
    yield f"`{corpus}`, deduplicated: the {left} sentences that share no text with any training sentence:"
    yield ""
    yield from _table({_SYSTEMS[name]: rows for name, rows in scored["deduplicated"].items()})
    yield ""
    yield f"The same, all {scored['documents']} sentences (training sentences that share text with them were left out):"
    yield ""
    yield from _table({_SYSTEMS[name]: rows for name, rows in scored["whole"].items()})
    yield ""
    yield f"Expected calibration error of the model: {scored['expected_calibration_error']:.3f}. By probability:"
    yield ""
    yield markdown_thresholds(AtThreshold(**row) for row in scored["at_threshold"])
    yield ""


def _table(systems: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    kinds = list(next(iter(systems.values())))
    yield "| system | precision | recall | F1 | " + " | ".join(f"F1 {kind}" for kind in kinds[:-1]) + " | gold |"
    yield "| --- |" + " ---: |" * (len(kinds) + 3)
    for name, rows in systems.items():
        whole = rows[kinds[-1]]
        shares = [whole["precision"], whole["recall"], whole["f1"], *(rows[kind]["f1"] for kind in kinds[:-1])]
        yield f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + f" | {whole['tp'] + whole['fn']} |"


def _recipe(facts: VietnameseFacts) -> Iterator[str]:
    yield "## Recipe"
    yield ""
    yield f"    {facts.command or 'kg-builder train vietnamese'}"
    yield ""
    yield "```yaml"
    yield facts.recipe_yaml.rstrip()
    yield "```"
    yield ""


_WHAT = """\
Finds symptoms and diseases, diagnostic procedures, places, organisations and dates in Vietnamese medical text.
Not for diagnosis, treatment or advice.

One linear-chain conditional random field a type over the syllables of a sentence, told of the syllables around each
(with and without diacritics), prefixes, suffixes and shapes, runs of capitals, names of the project's dictionary and
of places. Runs on NumPy.
"""
_TRIALS = """\
## Trials

F1 in cross-validation on VietBioNER's training part (five parts, best sequences, exactly equal spans and types);
the development part decided nothing.

| trial | F1 |
| --- | ---: |
| one field over all types: syllables, shapes, prefixes, suffixes, dictionary, and the words four to six away | 0.760 |
| the same without diacritics-free copies of the syllables | 0.765 |
| the same with other penalties (no l1; l2 0.3, 1.0) | 0.766, 0.764 |
| one field a type | 0.768 |
| one field over all types, without the words four to six away | 0.772 |
| the same with runs of capitals and names of places | 0.777 |

What it has since: one field a type, a threshold on the calibrated probability instead of the best sequence (0.780
against 0.768 for one of 0.5, in three parts), and a lower one for names of the dictionary.

Not taken, on the first of the five parts, where the last row but one gives 0.756: a bidirectional LSTM over
the frozen sixth layer of a multilingual sentence encoder (multilingual-e5-small, 4-bit copy from a package) gave 0.617.
Fine-tuning that encoder takes minutes an epoch without a GPU and was not carried to an end.
"""
_LIMITS = """\
## Limits

- Learned from 600 to 900 sentences about tuberculosis and HIV in research papers, some with scanning errors. In
  other fields of medicine the dictionary's names carry it: on 32 sentences of our own (symptoms, diseases, procedures;
  `tests/unit/extract/vietnamese/other_fields.txt`) F1 is 0.80 by the model alone, 0.86 with names of the dictionary
  from a lower probability on, 0.86 by the dictionary alone. Confidences mean what they say on texts like the corpus;
  elsewhere they are too low, most of all for names that only the dictionary knows.
- Follows its corpus: only diagnostic procedures count, no treatments.
- It has learned from text with diacritics. On development sentences stripped of them it has 0.60 for symptoms, diseases
  and procedures, where the dictionary alone has 0.48 (with them: 0.75 and 0.59).
- Mentions of one type never overlap or nest. Which concept they are, and whether they are negated, other steps decide.
- Not a medical device: it extracts; it doesn't diagnose, triage or advise.
"""
_LICENCE = """\
## Licence

The weights are under this package's licence, Apache-2.0. They are made from VietBioNER (Phan et al. 2022, CC BY 4.0)
and hold runs of up to three of its syllables as names of features. Who publishes with them cites the corpus.
"""
