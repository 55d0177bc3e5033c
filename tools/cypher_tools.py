"""A tool that runs Cypher queries, and the rows of an answer as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kg_builder.retrieve.citations import sentence_key
from kg_builder.retrieve.context import CHARACTERS_A_TOKEN, one_line
from kg_builder.stores.cypher.answers import CypherAnswer, CypherStore
from kg_builder.stores.views import Filter
from kg_builder.text.counted import counted
from kg_builder.tools.answers import Answer, listed

_LONGEST_TEXT = 300
"""Characters of a string."""
_QUOTED = 2
"""Sentences of a relation."""


def run_cypher(
    store: CypherStore, where: Filter | None, query: str, *, limit: int = 50, max_tokens: int = 1500
) -> Answer[CypherAnswer]:
    """The rows that a query answers, one a line."""
    answer = store.cypher(query, limit=limit, where=where)
    text, _ = rows_text(answer, max_tokens)
    return text, answer


def rows_text(answer: CypherAnswer, max_tokens: int) -> Answer[CypherAnswer]:
    """As many rows as fit, and whether there are more."""
    notes = "".join(f"\nNote: {one_line(warning)}" for warning in answer.warnings)
    columns = " | ".join(map(one_line, answer.columns))
    cut = "the first " if answer.cut else ""
    more = "; there are more: count them, or ask for something narrower" if answer.cut else ""
    longest = max_tokens * CHARACTERS_A_TOKEN
    lines = (f"{number}. {' | '.join(map(value_text, row))}" for number, row in enumerate(answer.rows, start=1))
    blocks = [[line if len(line) <= longest else f"{line[:longest]}…"] for line in lines]
    text, _ = listed(
        blocks,
        None,
        max_tokens,
        heading=f"{cut}{counted(len(answer.rows), 'row')} of {columns}{more}",
        nothing="No rows: nothing in the graph matches the query. Are labels, types of relations and ids right?",
    )
    return text + notes, answer


def value_text(value: Any) -> str:
    """A value on one line: text of documents in quotation marks, sentences with their sources."""
    if isinstance(value, str):
        text = one_line(value)
        return json.dumps(text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…", ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, value))}]"
    return _map_text(value) if isinstance(value, Mapping) else json.dumps(value)


def _map_text(value: Mapping[str, Any]) -> str:
    if value.keys() == {"labels", "properties"}:
        return _node_text(value)
    if value.keys() == {"type", "properties"}:
        return _relation_text(value)
    if value.keys() == {"nodes", "relationships", "forward"}:
        return _path_text(value)
    return "{" + ", ".join(f"{one_line(str(name))}: {value_text(one)}" for name, one in value.items()) + "}"


def _node_text(node: Mapping[str, Any]) -> str:
    carried = node["properties"]
    if "name" in carried:
        return f"{one_line(carried['name'])} ({one_line(str(carried.get('id')))}, {one_line(carried.get('type', ''))})"
    return f"{':'.join(node['labels'])} {value_text(dict(carried))}"


def _relation_text(relation: Mapping[str, Any]) -> str:
    carried = dict(relation["properties"])
    name = one_line(carried.pop("predicate", relation["type"]))
    document, evidence = carried.pop("document", None), carried.pop("evidence", "[]")
    sentences = carried.pop("sentences", [])
    told = f"{name} {value_text(carried)}"
    if document is None:
        return told
    spans = json.loads(evidence)
    quoted = [
        f"{value_text(sentence)} [{sentence_key(document, span[0], span[1])}]"
        for sentence, span in zip(sentences, spans, strict=False)
    ]
    return "; ".join([told, *quoted[:_QUOTED]])


def _path_text(path: Mapping[str, Any]) -> str:
    nodes = [_node_text(node) for node in path["nodes"]]
    text = nodes[0]
    for node, relation, forward in zip(nodes[1:], path["relationships"], path["forward"], strict=False):
        name = one_line(relation["properties"].get("predicate", relation["type"]))
        text += f" -[{name}]-> {node}" if forward else f" <-[{name}]- {node}"
    return text
