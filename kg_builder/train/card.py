"""The model card of a tagger, written from the run that made it: data, recipe, figures, confidences, limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.evaluate.calibration import (
    AtThreshold,
    Judged,
    Reliability,
    at_thresholds,
    markdown_bins,
    markdown_thresholds,
    reliability,
)
from kg_builder.extract.tagger.consistency import EVIDENCE
from kg_builder.train.run_record import CorpusRow, card_sections
from kg_builder.train.scoring import Counts, overall

ALL = "all"


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of the exported model on the evaluation documents."""

    counts: Mapping[str, Mapping[str, Counts]]
    """By corpus and type."""
    overall: Counts
    reliability: Mapping[str, Reliability]
    """By type; ``all`` too."""
    thresholds: Mapping[str, tuple[AtThreshold, ...]]
    """By type; ``all`` too."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything that the card says of one model."""

    name: str
    version: str
    corpora: tuple[CorpusRow, ...]
    recipe_yaml: str
    command: str
    device: str
    encoder_sha256: str
    history: tuple[Mapping[str, Any], ...]
    """The log's row of each epoch."""
    figures: Measured | None
    """None: trained on everything, nothing left to score on."""
    second_look: Mapping[str, tuple[float, ...]]
    """By type, the weights of `consistency.EVIDENCE`."""
    second_look_from: str | None
    """The run whose weights they are; None: this one's, or none at all."""
    earlier: Mapping[str, Any] | None
    """The evaluation that the run named by `second_look_from` wrote into its figures."""
    drift: tuple[float, float]
    """F1 before and after the export."""
    model_sha256: str
    model_bytes: int

    def as_json(self) -> dict[str, Any]:
        """The run's figures as plain values."""
        return {
            "name": self.name,
            "version": self.version,
            "command": self.command,
            "device": self.device,
            "encoder_sha256": self.encoder_sha256,
            "model_sha256": self.model_sha256,
            "model_bytes": self.model_bytes,
            "corpora": [asdict(corpus) for corpus in self.corpora],
            "epochs": list(self.history),
            "second_look": {label: list(weights) for label, weights in self.second_look.items()},
            "export": {"f1_before": self.drift[0], "f1_after": self.drift[1]},
            "evaluation": _measured_json(self.figures) if self.figures else None,
        }


def measured(counted: Mapping[str, Mapping[str, Counts]], answers: Mapping[str, Judged]) -> Measured:
    """Figures from counts and answers by type."""
    gold: Counter[str] = Counter()
    for types in counted.values():
        for label, counts in types.items():
            gold[label] += counts.tp + counts.fn
    gold[ALL] = gold.total()
    return Measured(
        counted,
        overall({corpus: dict(types) for corpus, types in counted.items()}),
        {label: reliability(found) for label, found in _with_all(answers).items()},
        {label: at_thresholds(found, gold=gold[label]) for label, found in _with_all(answers).items()},
    )


def render_card(facts: CardFacts) -> str:
    """The card as Markdown."""
    return "\n".join(_lines(facts)).rstrip("\n") + "\n"


def _lines(facts: CardFacts) -> Iterator[str]:
    yield f"# {facts.name}, version {facts.version}"
    yield ""
    yield (
        "Finds mentions of chemicals and diseases in English biomedical and clinical text: a small BERT encoder with "
        "dictionary hits and the shape of words as additional input, one conditional random field a type, run by "
        f"ONNX Runtime with 8-bit weights ({facts.model_bytes / 1e6:.1f} MB)."
    )
    yield from card_sections(
        ("Data", _data(facts)),
        ("Figures", _figures(facts)),
        ("Confidences", _confidences(facts)),
        ("Limits", iter(_LIMITS)),
        ("Licence", iter(_LICENCE)),
        ("Recipe", _recipe(facts)),
    )


def _data(facts: CardFacts) -> Iterator[str]:
    head = ("corpus", "role", "types", "read", "used", "unreadable", "repeated", "in an earlier corpus", "leaking")
    yield from _table(
        head,
        (
            (
                corpus.path,
                corpus.role,
                ", ".join(corpus.annotates),
                *map(
                    str,
                    (
                        corpus.read,
                        corpus.used,
                        corpus.unreadable,
                        corpus.repeated,
                        corpus.elsewhere,
                        corpus.leaking,
                    ),
                ),
            )
            for corpus in facts.corpora
        ),
    )
    yield ""
    dropped = sum(corpus.leaking for corpus in facts.corpora)
    if any(corpus.role == "evaluate" for corpus in facts.corpora):
        yield f"The leakage guard left {dropped} training documents out, because evaluation documents hold them."
    else:
        yield "No documents were kept back for evaluation: the figures are those of the run that fixed the recipe."


def _figures(facts: CardFacts) -> Iterator[str]:
    if facts.figures is not None:
        yield "Strict spans and types, of the exported model; each document by a second look that was fitted on others:"
        yield ""
        rows = [
            (corpus, label, *_shares(counts))
            for corpus, types in facts.figures.counts.items()
            for label, counts in (*types.items(), *(((ALL, overall({corpus: dict(types)})),) if len(types) > 1 else ()))
        ]
        if len(facts.figures.counts) > 1:
            rows.append((ALL, ALL, *_shares(facts.figures.overall)))
        yield from _table(("corpus", "type", "precision", "recall", "F1", "gold"), rows)
        yield ""
    if facts.earlier is not None:
        yield f"Of the run in `{facts.second_look_from}`, which saw none of the documents it is scored on:"
        yield ""
        yield from _table(("corpus", "type", "precision", "recall", "F1", "gold"), _earlier_rows(facts.earlier))
        yield ""
    yield "By epoch, before export and second look:"
    yield ""
    corpora = list(dict.fromkeys(name for row in facts.history for name in row["figures"]))
    yield from _table(
        ("epoch", "loss", "seconds", *(f"F1 {name}" for name in corpora), "F1"),
        (
            (
                str(row["epoch"]),
                f"{row['loss']:.4f}",
                f"{row['seconds']:.0f}",
                *(_epoch_f1(row["figures"].get(name)) for name in corpora),
                _number(row["f1"]),
            )
            for row in facts.history
        ),
    )
    yield ""
    on = "evaluation" if facts.figures is not None else "training"
    before, after = facts.drift
    yield f"Export: F1 on {on} documents, without the second look, {before:.4f} before, {after:.4f} after."


def _confidences(facts: CardFacts) -> Iterator[str]:
    if not facts.second_look:
        yield "Not calibrated: confidences are the model's own probabilities."
    else:
        yield (
            "A second look weighs, for every likely span, its own log odds, those of all occurrences of its words in "
            "the document, those of the spans that overlap it, and the dictionary's names over the same words. "
            "Its logistic regression gives the confidence:"
        )
        yield ""
        looks = ((label, *(f"{weight:.3f}" for weight in weights)) for label, weights in facts.second_look.items())
        yield from _table(("type", *EVIDENCE), looks)
        if facts.second_look_from is not None:
            yield ""
            yield f"Taken over from the run in `{facts.second_look_from}`."
    if facts.earlier is not None:
        errors = facts.earlier["expected_calibration_error"]
        yield ""
        yield (
            "Expected calibration error of that run: "
            + ", ".join(f"{name} {errors[name]:.4f}" for name in errors)
            + "."
        )
        yield ""
        yield "Precision and recall at thresholds, that run, all types:"
        yield ""
        yield markdown_thresholds(AtThreshold(**row) for row in facts.earlier["at_threshold"][ALL])
    if facts.figures is None:
        return
    yield ""
    yield "Expected calibration error (ten bins of equal width):"
    yield ""
    yield from _table(
        ("type", "mentions", "error"),
        ((label, str(found.count), _number(found.error)) for label, found in facts.figures.reliability.items()),
    )
    yield ""
    yield markdown_bins(facts.figures.reliability[ALL])
    for label, rows in facts.figures.thresholds.items():
        yield ""
        yield f"Precision and recall at thresholds, {label}:"
        yield ""
        yield markdown_thresholds(rows)


_LIMITS = (
    "- Made from the corpora above; those of the package's recipes are abstracts of PubMed. On clinical notes, other",
    "  languages and other kinds of text than it was trained on it finds less.",
    "- Follows the guidelines of its corpora: species, genes and procedures aren't marked, and where corpora differ in",
    "  what a mention includes, it mixes their habits.",
    "- Finds mentions only; whether they are negated or historical, and which concept they are, other steps decide.",
    "- Not a medical device: it extracts; it doesn't diagnose, triage or advise.",
)
_LICENCE = (
    "The weights are under this package's licence, Apache-2.0; the encoder they began with is under its own.",
    "No text of the corpora is contained. Who publishes with them cites the corpora.",
)


def _recipe(facts: CardFacts) -> Iterator[str]:
    yield f"`{facts.command}` on {facts.device}, with this recipe:"
    yield ""
    yield "```yaml"
    yield facts.recipe_yaml.rstrip("\n")
    yield "```"
    yield ""
    yield from _table(
        ("file", "SHA-256"),
        (
            ("model.onnx", facts.model_sha256),
            ("the encoder's model.safetensors", facts.encoder_sha256),
            *((corpus.path, corpus.sha256) for corpus in facts.corpora),
        ),
    )


def _measured_json(figures: Measured) -> dict[str, Any]:
    return {
        "overall": figures.overall.as_json(),
        "by_corpus": {
            corpus: {label: counts.as_json() for label, counts in types.items()}
            for corpus, types in figures.counts.items()
        },
        "expected_calibration_error": {label: found.error for label, found in figures.reliability.items()},
        "at_threshold": {label: [asdict(row) for row in rows] for label, rows in figures.thresholds.items()},
    }


def _with_all(answers: Mapping[str, Judged]) -> dict[str, Judged]:
    together: Counter[tuple[float, bool]] = Counter()
    for judged in answers.values():
        together.update(judged)
    return {**answers, ALL: together}


def _shares(counts: Counts) -> tuple[str, str, str, str]:
    shares = (counts.precision, counts.recall, counts.f1)
    first, second, third = (f"{share:.4f}" for share in shares)
    return first, second, third, str(counts.tp + counts.fn)


def _earlier_rows(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for corpus, types in evaluation["by_corpus"].items():
        counts = {label: Counts(row["tp"], row["fp"], row["fn"]) for label, row in types.items()}
        for label, one in (*counts.items(), *(((ALL, overall({corpus: counts})),) if len(counts) > 1 else ())):
            yield (corpus, label, *_shares(one))


def _epoch_f1(types: Mapping[str, Mapping[str, int]] | None) -> str:
    if not types:
        return "–"
    total = sum((Counts(row["tp"], row["fp"], row["fn"]) for row in types.values()), Counts())
    return _number(total.f1)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
