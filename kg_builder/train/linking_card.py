"""The model card of a linking model, written from the run that made it: data, recipe, figures, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.train.linking_figures import LinkingFigures
from kg_builder.train.run_record import CorpusRow, brief_corpus_table, file_table


@dataclass(frozen=True, slots=True)
class LinkingFacts:
    """Everything that the card says of one model."""

    name: str
    command: str
    recipe_yaml: str
    terminology: str
    corpora: tuple[CorpusRow, ...]
    threshold: float
    cross_validation: Mapping[str, LinkingFigures]
    evaluation: Mapping[str, Mapping[str, LinkingFigures]]
    """By corpus and semantic group."""
    quoted: Mapping[str, Any] | None
    """`evaluation` of the run of the same settings that left evaluation documents out."""
    rows: int
    """Of the table of priors."""
    file_bytes: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The run's figures as plain values."""
        own = {corpus: _plain(rows) for corpus, rows in self.evaluation.items()}
        return {
            "name": self.name,
            "command": self.command,
            "terminology": self.terminology,
            "corpora": [asdict(corpus) for corpus in self.corpora],
            "threshold": self.threshold,
            "cross_validation": _plain(self.cross_validation),
            "evaluation": own or self.quoted,
            "rows_of_priors": self.rows,
            "file_bytes": dict(self.file_bytes),
        }


def render_linking_card(facts: LinkingFacts) -> str:
    """The card as Markdown."""
    return "\n".join((*_head(facts), *_data(facts), *_figures(facts), _LIMITS))


def _head(facts: LinkingFacts) -> Iterator[str]:
    yield f"# Linking model `{facts.name}`"
    yield ""
    yield "Says which concept of the terminology a mention names, how likely that is, and when to leave it unknown."
    yield "Not for diagnosis, treatment or advice."
    yield ""
    yield "A logistic regression over what a chain of look-ups finds: `linking.json` has its weights by name."
    yield f"`priors.tsv.xz` has {facts.rows:,} rows: hashes of names and gists, with the ids annotators gave them."
    yield ""
    yield from file_table(facts.file_bytes)
    yield ""


def _data(facts: LinkingFacts) -> Iterator[str]:
    yield "## Data"
    yield ""
    yield f"Terminology `{facts.terminology}`."
    yield ""
    yield from brief_corpus_table(facts.corpora, "documents")
    yield ""
    yield "Names are remembered with their ids as hashes, so that the corpora's words can't be read from the file."
    yield "Mentions that a corpus links to another vocabulary than MeSH (OMIM) are left out."
    yield ""
    yield "## Recipe"
    yield ""
    yield f"    {facts.command or 'kg-builder train linker'}"
    yield ""
    yield "```yaml"
    yield facts.recipe_yaml.rstrip()
    yield "```"
    yield ""


def _figures(facts: LinkingFacts) -> Iterator[str]:
    yield "## Figures"
    yield ""
    yield "Gold spans and types; ids of both sides made current. Exactly the annotators' ids count as right, all of"
    yield f"them for a composite. Linked is what is at least {facts.threshold:.2f} likely; the threshold was chosen in"
    yield "cross-validation. Hidden: mentions of concepts that were taken out of the terminology, and how many of them"
    yield "were linked to another one."
    yield ""
    yield "| documents | type | mentions | likeliest right | linked and right | precision | hidden | linked to others |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    scored = {corpus: _plain(rows) for corpus, rows in facts.evaluation.items()} or facts.quoted or {}
    note = "" if facts.evaluation else ", same settings trained without it"
    sets = {"cross-validation": _plain(facts.cross_validation)}
    sets |= {f"`{corpus}`{note}": rows for corpus, rows in scored.items()}
    for name, groups in sets.items():
        for group, row in groups.items():
            shares = (row["first_right_share"], row["accuracy"], row["precision"])
            shown = " | ".join(f"{share:.3f}" for share in shares)
            wrong = f"{row['hidden']} | {row['hidden_linked_share']:.3f}"
            yield f"| {name} | {group} | {row['mentions']} | {shown} | {wrong} |"
    yield ""
    yield "Precision and coverage (share of the mentions that is linked) from a probability on:"
    yield ""
    for name, groups in sets.items():
        for group, row in groups.items():
            yield f"{name}, {group}:"
            yield ""
            yield "| at least | " + " | ".join(f"{each['threshold']:g}" for each in row["thresholds"]) + " |"
            yield "| --- |" + " ---: |" * len(row["thresholds"])
            parts = [each["right"] / max(each["linked"], 1) for each in row["thresholds"]]
            yield "| precision | " + " | ".join(f"{part:.3f}" for part in parts) + " |"
            parts = [each["linked"] / max(row["mentions"], 1) for each in row["thresholds"]]
            yield "| coverage | " + " | ".join(f"{part:.3f}" for part in parts) + " |"
            yield ""


def _plain(rows: Mapping[str, LinkingFigures]) -> dict[str, dict[str, Any]]:
    return {group: row.as_json() for group, row in rows.items()}


_LIMITS = """\
## Limits

- Weighed on chemicals and diseases of PubMed abstracts; other types take the weights of diseases.
- Annotators roll rare findings up to broader headings and choose composites; what they chose before is followed
  (`priors.tsv.xz`), so an id may be broader than the words.
- An abbreviation that the document doesn't define is linked only where the vocabulary itself has it.
- A probability is that the annotators would have chosen the concept, measured on their own spans.
"""
