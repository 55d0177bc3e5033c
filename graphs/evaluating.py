"""How near the workflow's graph of a corpus is to the corpus's own annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from kg_builder.clean.alignment import CleanText
from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import DocumentError, InputError, KgBuilderError
from kg_builder.evaluate.bootstrap import Resampling
from kg_builder.evaluate.error_list import ErrorList
from kg_builder.evaluate.evaluation import evaluate
from kg_builder.evaluate.facts import STATED, Triple
from kg_builder.evaluate.labels import relation_map, type_map
from kg_builder.evaluate.list_metric import ListReport, evaluate_lists
from kg_builder.evaluate.mistakes import Mistake
from kg_builder.evaluate.results import Report
from kg_builder.evaluate.survey import survey
from kg_builder.graphs.asking import permit
from kg_builder.graphs.components import Components, make_components
from kg_builder.graphs.document import read_document
from kg_builder.graphs.run_setups import run_setup
from kg_builder.normalize.local import local_id
from kg_builder.protocols import Link, RelationExtractor, RelationRequest
from kg_builder.records import Document, DocumentGraph, Mention, RelationMention
from kg_builder.schema import Schema
from kg_builder.settings import Settings
from kg_builder.terminology.stack import open_terminologies

OnMistake = Callable[[Mistake], None]


def evaluate_corpus(
    paths: Sequence[str | Path],
    settings: Settings,
    *,
    format: str | None = None,
    errors: Path | None = None,
    on_mistake: OnMistake | None = None,
    resamples: int = 1000,
) -> Report:
    """Read every document of an annotated corpus as ``build`` would, and compare. Raises InputError for no annotations.

    `settings` name one schema for all documents; `errors` is the file the list of errors goes to, and `on_mistake` gets
    each of them.
    """
    components, schema, types, predicates = _compared(paths, settings, format)
    with ErrorList(errors) if errors is not None else nullcontext() as listed:
        report = evaluate(
            _gold(paths, format),
            partial(_predicted, components),
            schema=schema,
            normalize_gold=lambda gold: _links(components, schema, gold, types),
            relate_gold=lambda gold: _relations(components, schema, gold, types),
            type_map=types,
            relation_map=predicates,
            current_id=lru_cache(maxsize=None)(open_terminologies(settings.terminologies).current),
            on_mistake=_told(listed.add if listed is not None else None, on_mistake),
            resampling=Resampling(resamples=resamples),
            corpus=", ".join(map(str, paths)),
            settings_hash=components.settings_hash,
        )
    return replace(report, setup=run_setup(components))


def _told(*listeners: OnMistake | None) -> OnMistake | None:
    """What tells all of them; None: there is nobody to tell."""
    there = [listener for listener in listeners if listener is not None]

    def tell(mistake: Mistake) -> None:
        for listener in there:
            listener(mistake)

    return tell if there else None


def evaluate_corpus_lists(
    paths: Sequence[str | Path], settings: Settings, *, format: str | None = None, resamples: int = 1000
) -> ListReport:
    """The same by the list family's metric: names, not places. Raises InputError for no annotations."""
    components, schema, types, predicates = _compared(paths, settings, format)
    return evaluate_lists(
        _gold(paths, format),
        partial(_predicted, components),
        schema=schema,
        type_map=types,
        relation_map=predicates,
        resampling=Resampling(resamples=resamples),
        corpus=", ".join(map(str, paths)),
        settings_hash=components.settings_hash,
    )


def _compared(
    paths: Sequence[str | Path], settings: Settings, format: str | None
) -> tuple[Components, Schema, dict[str, str], dict[str, str]]:
    """What reads the corpus, its one schema, and the schema's names of the corpus's types and predicates."""
    components = make_components(settings)
    schema = next(iter(components.schemas.values()))
    found = survey(_gold(paths, format))
    if not found.types:
        raise InputError(f"{', '.join(map(str, paths))}: no annotated documents to compare with")
    return components, schema, type_map(found.types, schema), relation_map(found.predicates, schema)


def _gold(paths: Sequence[str | Path], format: str | None) -> Iterator[GoldDocument]:
    return (row for row in read(paths, format=format) if isinstance(row, GoldDocument))


def _predicted(components: Components, document: Document) -> DocumentGraph | None:
    try:
        return read_document(document, components)
    except KgBuilderError:
        return None


def _typed(gold: GoldDocument, types: dict[str, str]) -> list[Mention]:
    """Gold mentions with the schema's types."""
    return [mention.model_copy(update={"type": types.get(mention.type, mention.type)}) for mention in gold.mentions]


def _links(components: Components, schema: Schema, gold: GoldDocument, types: dict[str, str]) -> Sequence[Link]:
    unlinked = [mention.model_copy(update={"concepts": ()}) for mention in _typed(gold, types)]
    return components.normalizer.normalize(gold.document.text, unlinked, schema)


def _relations(components: Components, schema: Schema, gold: GoldDocument, types: dict[str, str]) -> set[Triple]:
    """Relations among the gold mentions, which carry their gold ids."""
    extractor = components.relation_extractor
    if extractor is None:
        return set()
    permit(extractor, allow_remote=components.settings.allow_remote)
    mentions = [_with_id(mention) for mention in _typed(gold, types) if mention.type in types.values()]
    request = RelationRequest(gold.document.text, mentions, schema, document_id=gold.document.id)
    return {
        (subject, relation.predicate, target)
        for relation in _allowed(components, extractor, request)
        if relation.assertion in STATED
        for subject in relation.subject.concepts
        for target in relation.object.concepts
    }


def _allowed(
    components: Components, extractor: RelationExtractor, request: RelationRequest
) -> Sequence[RelationMention]:
    """What the extractor says of the text that it may see; nothing of one that is set aside."""
    try:
        return components.gate.relate(extractor, request, CleanText.unchanged(request.text)).relations
    except DocumentError:
        return ()


def _with_id(mention: Mention) -> Mention:
    """What the corpus links to nothing gets a local id, which counts nowhere and leaves nothing to normalize."""
    return mention if mention.concepts else mention.model_copy(update={"concepts": (local_id("gold", mention.text),)})
