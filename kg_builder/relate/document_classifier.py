"""Relations between concepts of a whole document, by a classifier over all mentions of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.resources.abc import Traversable

from kg_builder.protocols import Normalizer, RelationExtraction, RelationRequest
from kg_builder.records import Assertion, Mention, Provenance, RelationMention
from kg_builder.relate.cooccurrence import STATED_PREDICATES, CueRelationExtractor
from kg_builder.relate.evidence import best_evidence
from kg_builder.relate.pair_features import STATED, Key
from kg_builder.relate.pair_model import PairModel, ScoredPair, model_version, read_pair_model, shipped_folder
from kg_builder.relate.pair_words import BETWEEN
from kg_builder.relate.pairs import Group, Named, Page, read_pages
from kg_builder.relate.sentence_view import OBJECT, SUBJECT
from kg_builder.schema import Schema
from kg_builder.terminology.table import Terminology
from kg_builder.text.keys import name_key

LANGUAGE = "en"
"""The only one that the model was trained on; the cues serve the others."""


MentionKey = tuple[int, int, str, tuple[tuple[int, int], ...]]
"""`Mention.key`."""


class DocumentRelationExtractor:
    """States ``INDUCES`` and ``TREATS`` for pairs of concepts, wherever in the document they are named.

    Mentions are grouped by the concepts they carry, else by those the normalizer links them to, else
    by name. Negated, family and hypothetical mentions don't count; what cue words deny is stated as denied.
    """

    name = "pair-classifier"
    deterministic = True
    remote = False

    def __init__(self, normalizer: Normalizer, terminology: Terminology, folder: Traversable | None = None) -> None:
        """`folder`: of a model that ``kg-builder train relations`` wrote; None: the shipped one."""
        self._folder = folder or shipped_folder()
        self.model: str | None = model_version(self._folder)
        self._normalizer = normalizer
        self._terminology = terminology
        self._cues = CueRelationExtractor()
        self._trees: dict[str, tuple[str, ...]] = {}

    def predicates(self, schema: Schema) -> frozenset[str]:
        """``INDUCES`` and ``TREATS``, where the schema has them."""
        return self._cues.predicates(schema)

    def relate(self, request: RelationRequest) -> RelationExtraction:
        """One relation for each pair of concepts that is likely enough, with its best evidence."""
        if request.language != LANGUAGE:
            return self._cues.relate(request)
        stated = self._cues.relate(request).relations
        named = self.named(request)
        keys = {one.mention.key: group_keys(one) for one in named}
        relations = [one for one in stated if one.assertion not in STATED]
        for page in read_pages(request.text, named):
            relations += self._on_page(page, request.schema, statements_by_pair(stated, keys, page))
        return RelationExtraction(relations=relations)

    def named(self, request: RelationRequest) -> list[Named]:
        """The mentions that count, with role and concepts."""
        types = [found for name in STATED_PREDICATES if (found := request.schema.relation(name)) is not None]
        roles = {name: OBJECT for relation in types for name in relation.object}
        roles |= {name: SUBJECT for relation in types for name in relation.subject}
        ends = [one for one in request.mentions if one.type in roles and one.assertion in STATED]
        asked = [one for one in ends if not one.concepts]
        links = self._normalizer.normalize(request.text, asked, request.schema) if asked else ()
        linked = {
            one.key: tuple(concept.id for concept in link.concepts) for one, link in zip(asked, links, strict=True)
        }
        return [Named(roles[one.type], one, one.concepts or linked[one.key]) for one in ends]

    def trees(self, groups: Sequence[Group]) -> dict[str, tuple[str, ...]]:
        """Tree numbers of the linked ones, by key."""
        for group in groups:
            if group.linked and group.key not in self._trees:
                self._trees[group.key] = self._terminology.trees(group.key)
        return {group.key: self._trees[group.key] for group in groups if group.linked}

    @cached_property
    def pair_model(self) -> PairModel:
        """Read when the first text comes."""
        return read_pair_model(self._folder)

    def _on_page(
        self, page: Page, schema: Schema, statements: Mapping[Key, Sequence[RelationMention]]
    ) -> Iterator[RelationMention]:
        model = self.pair_model
        predicates = [name for name in STATED_PREDICATES if name in model.predicates and schema.relation(name)]
        trees = self.trees([*page.subjects, *page.objects])
        for scored in model.score(page, statements, trees, predicates):
            predicate = likeliest(scored, model)
            relation = schema.relation(predicate) if predicate else None
            if predicate is None or relation is None:
                continue
            told = statements.get((scored.pair.subject.key, scored.pair.object.key), ())
            if only_denied(told, predicate):
                continue
            said = [one for one in told if one.assertion in STATED]
            weights = model.predicates[predicate].first.words[BETWEEN]
            shown = best_evidence(page, scored.pair, relation, said, weights)
            if shown is not None:
                yield RelationMention(
                    subject=_of_concept(shown.subject, scored.pair.subject),
                    predicate=predicate,
                    object=_of_concept(shown.object, scored.pair.object),
                    sentence=shown.sentence,
                    cue=shown.cue,
                    confidence=round(min(1.0, max(0.0, scored.probabilities[predicate])), 4),
                    assertion=shown.assertion,
                    provenance=Provenance(extractor=self.name, model=self.model),
                )


def likeliest(scored: ScoredPair, model: PairModel) -> str | None:
    """The predicate whose threshold is exceeded by most, or None."""
    margins = {name: value / model.predicates[name].threshold for name, value in scored.probabilities.items()}
    best = max(margins, key=lambda name: margins[name], default=None)
    return best if best is not None and margins[best] >= 1 else None


def only_denied(statements: Sequence[RelationMention], predicate: str) -> bool:
    """Whether cue words deny the relation and none state it; on BC5CDR dev none of four such pairs was annotated."""
    said = {one.assertion for one in statements if one.predicate == predicate}
    return Assertion.NEGATED in said and said.isdisjoint(STATED)


def group_keys(one: Named) -> Sequence[str]:
    """The keys of the groups that a mention belongs to."""
    return one.concepts or (name_key(one.mention.clean_text or one.mention.text) or one.mention.text,)


def statements_by_pair(
    statements: Sequence[RelationMention], keys: Mapping[MentionKey, Sequence[str]], page: Page
) -> dict[Key, list[RelationMention]]:
    """The cue statements of a page by the concepts of their ends; `keys`: by `Mention.key`."""
    begin, end = page.sentences[0][0], page.sentences[-1][1]
    found: defaultdict[Key, list[RelationMention]] = defaultdict(list)
    for one in statements:
        if begin <= one.sentence[0] < end:
            for subject in keys.get(one.subject.key, ()):
                for object_ in keys.get(one.object.key, ()):
                    found[subject, object_].append(one)
    return dict(found)


def _of_concept(mention: Mention, group: Group) -> Mention:
    """The mention as one of this concept, where it carries several."""
    if len(mention.concepts) < 2:
        return mention
    return mention.model_copy(update={"concepts": (group.key,)})
