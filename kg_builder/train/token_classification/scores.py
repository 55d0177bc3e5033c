"""How well a token classifier labels words and finds mentions: macro precision, recall and F1, Matthews correlation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg_builder.backends.token_classifiers import TokenClassifier, score_texts
from kg_builder.backends.token_windows import Scores
from kg_builder.extract.token_classifier.finding import read_scores
from kg_builder.extract.token_classifier.label_meanings import Meaning
from kg_builder.extract.token_classifier.label_schemes import Tag, meaning_of, read_labels
from kg_builder.train.scoring import Counts
from kg_builder.train.token_classification.examples import LabelledDocument


def score_documents(classifier: TokenClassifier, documents: Sequence[LabelledDocument]) -> dict[str, Any]:
    """Figures over all documents together. ``words``: macro over the labels, the one of words outside left out, and
    Matthews correlation over all. ``mentions``: strict spans and types, micro and macro, read as at run time.
    """
    scored = [scores for _, scores in score_texts(classifier, [document.text for document in documents])]
    tags = read_labels(classifier.labels, classifier.model)
    return {"words": _words(documents, scored), "mentions": _mentions(documents, scored, tags)}


def _words(documents: Sequence[LabelledDocument], scored: Sequence[Scores]) -> dict[str, Any]:
    from sklearn.metrics import matthews_corrcoef, precision_recall_fscore_support

    pairs = [
        (label, int(scores[row].argmax()))
        for document, scores in zip(documents, scored, strict=True)
        for row, label in zip(document.rows, document.labels, strict=True)
    ]
    gold, given = [one for one, _ in pairs], [other for _, other in pairs]
    inside = sorted({*gold, *given} - {0})
    shares = precision_recall_fscore_support(gold, given, labels=inside, average="macro", zero_division=0)[:3]
    named = dict(zip(("precision", "recall", "f1"), (round(float(share), 5) for share in shares), strict=True))
    return {**named, "mcc": round(float(matthews_corrcoef(gold, given)), 5), "count": len(gold)}


def _mentions(documents: Sequence[LabelledDocument], scored: Sequence[Scores], tags: Sequence[Tag]) -> dict[str, Any]:
    counted: dict[Meaning, Counts] = {}
    for document, scores in zip(documents, scored, strict=True):
        found = {(one.start, one.end, one.meaning) for one in read_scores(document.text, document.pieces, scores, tags)}
        gold = {(start, end, meaning_of(label)) for start, end, label in document.gold}
        for meaning in {span[2] for span in found | gold}:
            given, wanted = ({span for span in spans if span[2] == meaning} for spans in (found, gold))
            counts = Counts(len(given & wanted), len(given - wanted), len(wanted - given))
            counted[meaning] = counted.get(meaning, Counts()) + counts
    together = sum(counted.values(), Counts())
    macro = {
        share: round(sum(getattr(one, share) for one in counted.values()) / max(1, len(counted)), 5)
        for share in ("precision", "recall", "f1")
    }
    types = {meaning.name: counted[meaning].as_json() for meaning in sorted(counted, key=lambda one: one.name)}
    return {"micro": together.as_json(), "macro": macro, "types": types}
