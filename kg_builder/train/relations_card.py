"""The model card of a relation model, written from the run that made it: data, recipe, figures, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.evaluate.calibration import AtThreshold, Reliability, markdown_thresholds
from kg_builder.train.run_record import CorpusRow, file_table


@dataclass(frozen=True, slots=True)
class PredicateFigures:
    """Pairs of concepts, gold mentions."""

    right: int
    stated: int
    gold: int
    reliability: Reliability
    """Over all candidate pairs, stated or not."""
    thresholds: tuple[AtThreshold, ...]

    @property
    def precision(self) -> float:
        """Share of the stated that is right."""
        return self.right / self.stated if self.stated else 0.0

    @property
    def recall(self) -> float:
        """Share of the annotated that is stated."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.right / (self.stated + self.gold) if self.stated + self.gold else 0.0

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "right": self.right,
            "stated": self.stated,
            "gold": self.gold,
            "calibration_error": self.reliability.error,
            "pairs": self.reliability.count,
            "thresholds": [asdict(row) for row in self.thresholds],
        }


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """Everything that the card says of one model."""

    name: str
    command: str
    recipe_yaml: str
    corpora: tuple[CorpusRow, ...]
    cross_validation: Mapping[str, Mapping[str, PredicateFigures]]
    """By predicate and corpus."""
    evaluation: Mapping[str, Mapping[str, PredicateFigures]]
    """By corpus and predicate."""
    quoted: Mapping[str, Any] | None
    """`evaluation` of the run of the same settings that left evaluation documents out."""
    thresholds: Mapping[str, float]
    shift: float
    file_bytes: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The run's figures as plain values."""
        return {
            "name": self.name,
            "command": self.command,
            "corpora": [asdict(corpus) for corpus in self.corpora],
            "cross_validation": _plain(self.cross_validation),
            "evaluation": _plain(self.evaluation) if self.evaluation else self.quoted,
            "thresholds": dict(self.thresholds),
            "export_shift": self.shift,
            "file_bytes": dict(self.file_bytes),
        }


def render_relation_card(facts: RelationFacts) -> str:
    """The card as Markdown."""
    return "\n".join((*_head(facts), *_data(facts), *_recipe(facts), *_figures(facts), _LIMITS))


def _head(facts: RelationFacts) -> Iterator[str]:
    yield f"# Relation model `{facts.name}`"
    yield ""
    yield "Says which chemical of a document induces or treats which of its diseases, from all mentions of both."
    yield "English abstracts and case reports. Not for diagnosis, treatment or advice."
    yield ""
    yield "Two stages for each predicate: logistic regression over words and numbers of the pair, then the mean of"
    yield "logistic regression and boosted trees over numbers, the first stage's sums and the pair's rivals. What is"
    yield "weighed can be read: `words.tsv.xz` (words), `relations.json` (numbers), `priors.tsv.xz` (annotated before)."
    yield ""
    yield from file_table(facts.file_bytes)
    yield ""


def _data(facts: RelationFacts) -> Iterator[str]:
    yield "## Data"
    yield ""
    yield "| corpus | role | relations | documents read | used | in an earlier corpus | left out as leaks | sha256 |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |"
    for row in facts.corpora:
        named = ", ".join(row.annotates)
        counts = f"{row.read} | {row.used} | {row.elsewhere} | {row.leaking}"
        yield f"| `{row.path}` | {row.role} | {named} | {counts} | `{row.sha256[:16]}` |"
    yield ""
    yield "Pairs that a corpus relates in another way than those named are left open, as is what it doesn't annotate."
    yield "The table of words holds words and short runs of them that at least two documents share, no sentences."
    yield ""


def _recipe(facts: RelationFacts) -> Iterator[str]:
    yield "## Recipe"
    yield ""
    yield f"    {facts.command or 'kg-builder train relations'}"
    yield ""
    yield "```yaml"
    yield facts.recipe_yaml.rstrip()
    yield "```"
    yield ""
    yield f"The exported model's probabilities differ from the trained one's by {facts.shift:.6f} at most."
    yield ""


def _figures(facts: RelationFacts) -> Iterator[str]:
    yield "## Figures"
    yield ""
    yield "Pairs of concepts of a document, with the corpora's own mentions and ids."
    yield ""
    yield "| predicate | documents | precision | recall | F1 | gold | calibration error |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for predicate, corpora in _plain(facts.cross_validation).items():
        for corpus, row in corpora.items():
            if row["gold"]:
                yield _line(predicate, f"cross-validation, {corpus}", row)
    scored = _plain(facts.evaluation) if facts.evaluation else facts.quoted or {}
    note = "" if facts.evaluation else ", same settings trained without it"
    for corpus, predicates in scored.items():
        for predicate, row in predicates.items():
            yield _line(predicate, f"`{corpus}`{note}", row)
    yield ""
    thresholds = ", ".join(f"{predicate} {value:.3f}" for predicate, value in facts.thresholds.items())
    yield f"A pair is stated from these probabilities on, chosen in cross-validation: {thresholds}."
    yield "The calibration error is over all candidate pairs, stated or not. Confidences are calibrated (Platt) on the"
    yield "held-out parts of the training documents."
    yield ""
    for predicate, by_corpus in facts.cross_validation.items():
        yield f"{predicate}, cross-validation:"
        yield ""
        yield markdown_thresholds(by_corpus["all"].thresholds)
        yield ""


def _line(predicate: str, documents: str, row: Mapping[str, Any]) -> str:
    shares = " | ".join(f"{row[name]:.3f}" for name in ("precision", "recall", "f1"))
    error = row["calibration_error"]
    return f"| {predicate} | {documents} | {shares} | {row['gold']} | {'–' if error is None else f'{error:.3f}'} |"


def _plain(figures: Mapping[str, Mapping[str, PredicateFigures]]) -> dict[str, dict[str, Any]]:
    return {one: {other: row.as_json() for other, row in rows.items()} for one, rows in figures.items()}


_LIMITS = """\
## Limits

- Trained on abstracts of PubMed; notes of the clinic are other text, and their lists of drugs beside lists of problems
  aren't what it learned from. Nothing but English: other languages are served by cue words.
- BC5CDR annotates the most specific pairs only: what it says of a broader disease of the same document is mostly "no".
  It marks no treatments; those were learned from a few hundred pairs of BioRED, and TREATS is the weaker half.
- A confidence is that the annotators would have marked the pair in this document, not that the relation is true.
- Pairs seen often in the annotated documents are likelier to be stated (`priors.tsv.xz`).
"""
