"""OBO graphs' JSON, as ontologies publish it beside OWL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kg_builder.errors import InputError
from kg_builder.terminology.loaders.loading import curie
from kg_builder.terminology.loaders.obo import TIER_OF_SCOPE, Ontology, Term
from kg_builder.terminology.loaders.reading import SourceFile, wrong_file
from kg_builder.terminology.rows import TermName

_EXPECTED = 'OBO graphs JSON: {"graphs": [{"nodes": …, "edges": …}]}'
_SCOPES = {f"has{scope.capitalize()}Synonym": scope for scope in TIER_OF_SCOPE}
_REPLACED_BY = "IAO_0100001"
_LOCAL = re.compile(r"([A-Za-z][A-Za-z0-9.]*)_([A-Za-z0-9.-]+)")


def read_obographs(source: SourceFile) -> Ontology:
    """The classes of the first graph. Raises InputError for other JSON."""
    with source.open() as (stream, _, _):
        try:
            data = json.load(stream)
        except json.JSONDecodeError as error:
            raise InputError(f"{source.name}:{error.lineno}: not valid JSON; is the file whole?") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{source.name}: not UTF-8 text (byte {error.start})") from error
    graph = _first_graph(data)
    if graph is None:
        raise wrong_file(source, _EXPECTED, "other JSON")
    terms = {term.id: term for node in _objects(graph.get("nodes")) if (term := _term(node)) is not None}
    for edge in _objects(graph.get("edges")):
        below, above = (from_iri(str(edge.get(end, ""))) for end in ("sub", "obj"))
        if edge.get("pred") == "is_a" and below in terms and above is not None:
            terms[below].broader.append(above)
    meta = _mapping(graph.get("meta"))
    dated = re.search(r"\d{4}-\d\d-\d\d", str(meta.get("version", "")))
    name = str(graph.get("id", "")).rstrip("/").rpartition("/")[2].partition(".")[0]
    return Ontology(name, dated.group() if dated else "", _licence(meta), list(terms.values()))


def from_iri(text: str) -> str | None:
    """``http://purl.obolibrary.org/obo/MONDO_0000001`` as a CURIE; a CURIE as it is."""
    if "/" in text:
        match = _LOCAL.fullmatch(re.split(r"[/#]", text)[-1])
        return curie(":".join(match.groups())) if match else None
    return curie(text)


def _first_graph(data: Any) -> Mapping[str, Any] | None:
    graphs = data.get("graphs") if isinstance(data, dict) else None
    graph = graphs[0] if isinstance(graphs, list) and graphs else None
    return graph if isinstance(graph, dict) and isinstance(graph.get("nodes"), list) else None


def _term(node: Mapping[str, Any]) -> Term | None:
    identifier = from_iri(str(node.get("id", "")))
    meta = _mapping(node.get("meta"))
    term = Term(id=identifier or "", name=" ".join(str(node.get("lbl") or "").split()))
    term.obsolete = meta.get("deprecated") is True
    if identifier is None or node.get("type", "CLASS") != "CLASS" or not (term.name or term.obsolete):
        return None
    for synonym in _objects(meta.get("synonyms")):
        scope, text = _SCOPES.get(str(synonym.get("pred"))), " ".join(str(synonym.get("val") or "").split())
        if scope is not None and text:
            term.synonyms.append(TermName(text, TIER_OF_SCOPE[scope]))
    term.xrefs = [found for one in _objects(meta.get("xrefs")) if (found := curie(str(one.get("val", "")))) is not None]
    for value in _objects(meta.get("basicPropertyValues")):
        named, target = str(value.get("pred", "")), from_iri(str(value.get("val", "")))
        if target is not None and named.endswith(_REPLACED_BY):
            term.replaced_by.append(target)
        elif target is not None and named.endswith("hasAlternativeId"):
            term.alternatives.append(target)
    return term


def _licence(meta: Mapping[str, Any]) -> str:
    values = _objects(meta.get("basicPropertyValues"))
    return next((str(one.get("val", ""))[:200] for one in values if str(one.get("pred", "")).endswith("license")), "")


def _objects(items: Any) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in items if isinstance(item, dict)) if isinstance(items, list) else ()


def _mapping(item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, dict) else {}
