"""A query of somebody else's, run so that it can't change anything: checked, explained, then read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import neo4j
from neo4j.exceptions import Neo4jError
from neo4j.graph import Node, Path, Relationship

from kg_builder.errors import InputError
from kg_builder.stores.cypher.answers import MOST_ROWS, CypherAnswer, node, path, relationship
from kg_builder.stores.cypher.checking import checked
from kg_builder.stores.neo4j.server_errors import may_succeed_later
from kg_builder.stores.neo4j.session import Neo4jSession

Plan = Mapping[str, Any]

_NOT_READING = ("LoadCSV", "ProcedureCall", "Show", "Terminate", "Transaction", "Create", "Merge", "Set", "Delete")
"""Beginnings of operators that don't only read the graph."""
_ANY_NODE = ("AllNodesScan", "PartitionedAllNodesScan", "NodeById", "NodeByElementId", "Dynamic")
"""Beginnings of operators that find the store's own nodes too, which hold whole texts and have no relationships."""
_PASSING = frozenset({"Filter", "CacheProperties"})
_FOLLOWING = frozenset({"Expand(All)", "VarLengthExpand(All)"})
"""Operators that only nodes with relationships come through."""
_OWN_LABEL = "KgBuilder"
_HIDDEN = "(not shown)"
_TIMED_OUT = "Neo.ClientError.Transaction.TransactionTimedOut"


def ask(session: Neo4jSession, query: str, *, limit: int, seconds: float) -> CypherAnswer:
    """The answer to a query that only reads. Raises InputError for another one, or one that fails."""
    statement = checked(query)
    most = min(limit, MOST_ROWS)

    @neo4j.unit_of_work(timeout=seconds)
    def work(tx: neo4j.ManagedTransaction) -> CypherAnswer:
        explained = False
        try:
            _must_only_read(tx.run(f"EXPLAIN {statement}").consume())
            explained = True
            result = tx.run(statement)
            columns = tuple(result.keys())
            records = result.fetch(most + 1)
            result.consume()
        except Neo4jError as error:
            if may_succeed_later(error) and not _took_too_long(error):
                raise
            # before it runs, an error is about the query's own words; later it may quote what is in the graph
            failure = _failure(error, seconds, None if explained else error.message)
        else:
            rows = [[_value(value) for value in record.values()] for record in records]
            return CypherAnswer(columns, rows[:most], cut=len(rows) > most)
        raise failure

    return session.read(work)


def _must_only_read(summary: neo4j.ResultSummary) -> None:
    """What the server says that the query would do."""
    operators = list(_operators(summary.plan or {}))
    if summary.query_type != "r" or any(_name(each[-1]).startswith(_NOT_READING) for each in operators):
        raise InputError(
            "The query isn't run: the server says that it does more than read the graph.",
            hint="Leave out whatever writes, calls procedures or reads files.",
        )
    if any(_name(each[-1]).startswith(_ANY_NODE) and not _follows_relationships(each) for each in operators):
        raise InputError(
            "The query isn't run: it looks at nodes of any kind.",
            hint="Give each node a label, such as (c:Concept) or (d:Document), or a relationship with its type.",
        )


def _operators(plan: Plan, above: tuple[Plan, ...] = ()) -> Iterator[tuple[Plan, ...]]:
    """Each operator of a plan, after those above it."""
    here = (*above, plan)
    yield here
    for child in plan.get("children", ()):
        yield from _operators(child, here)


def _follows_relationships(operators: Sequence[Plan]) -> bool:
    """Whether the nodes that the last operator finds go on only where they have relationships."""
    found = str(operators[-1].get("args", {}).get("Details", ""))
    above = next((each for each in reversed(operators[:-1]) if _name(each) not in _PASSING), {})
    details = str(above.get("args", {}).get("Details", ""))
    return _name(above) in _FOLLOWING and details.startswith(f"({found})") and "*0" not in details


def _name(operator: Plan) -> str:
    return str(operator.get("operatorType", "")).partition("@")[0]


def _took_too_long(error: Neo4jError) -> bool:
    return (error.code or "").startswith(_TIMED_OUT)


def _failure(error: Neo4jError, seconds: float, message: str | None) -> InputError:
    if _took_too_long(error):
        return InputError(
            f"The query was stopped: it took more than {seconds:g} s.",
            hint="Ask for less: begin at a concept by its id, give types of relationships, and bounds such as *1..2.",
        )
    told = error.code if message is None else message[:500]
    return InputError(f"The query can't be run: {told}", hint="Mend it and ask again.")


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(_value, value))
    if isinstance(value, dict):
        return {name: _value(one) for name, one in value.items()}
    if isinstance(value, Node | Relationship | Path):
        return _of_graph(value)
    if isinstance(value, bytes | bytearray):
        return _HIDDEN
    return value if isinstance(value, str | int | float | None) else str(value)


def _of_graph(value: Node | Relationship | Path) -> Any:
    if isinstance(value, Node):
        own = any(label.startswith(_OWN_LABEL) for label in value.labels)
        return _HIDDEN if own else node(list(value.labels), _properties(value))
    if isinstance(value, Relationship):
        return relationship(value.type, _properties(value))
    forward = [edge.start_node == start for start, edge in zip(value.nodes, value.relationships, strict=False)]
    return path(list(map(_value, value.nodes)), list(map(_value, value.relationships)), forward)


def _properties(of: Node | Relationship) -> dict[str, Any]:
    return {name: _value(value) for name, value in of.items()}
