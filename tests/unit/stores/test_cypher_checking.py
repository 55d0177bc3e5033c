"""Which queries are run at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.stores.cypher.checking import DEEPEST, LONGEST_QUERY, MOST_CLAUSES, checked

READING = [
    "MATCH (n) RETURN n",
    "match (a:Chemical)-[r:INDUCES|TREATS]->(b {id: 'MESH:D1'}) where r.assertion = 'present' return a.name limit 5",
    "MATCH (a) OPTIONAL MATCH (a)-[r]->(b) WITH a, count(r) AS n WHERE n > 1 RETURN a.name, n ORDER BY n DESC SKIP 1",
    "UNWIND [1, 2] AS x RETURN x UNION ALL RETURN 3 AS x",
    "MATCH (a) WHERE NOT EXISTS { MATCH (a)-->() } RETURN a.set, a.create, a.call",
    "CALL { MATCH (n) RETURN count(n) AS c } RETURN c",
    "MATCH (n) CALL (n) { RETURN 1 AS one } RETURN one",
    "MATCH (d:Document) WHERE d.date > date('2020-01-01') RETURN date.truncate('year', d.date)",
    "MATCH (n:`Concept`) WHERE n.name = 'CREATE (x) SET y; $z' RETURN n",
    'MATCH (n) WHERE n.name = "it\'s // not a comment" RETURN n',
    "MATCH p = shortestPath((a)-[*..4]-(b)) RETURN [x IN nodes(p) | x.name], {one: n.set}.one",
    "MATCH (n:Set|Create) RETURN n",
]
REFUSED = {
    "CREATE (n)": "doesn't begin",
    "MATCH (n) SET n.x = 1": "SET changes",
    "MATCH (n) sEt n.x = 1": "SET changes",
    "MATCH (n) DETACH DELETE n": "changes",
    "MATCH (n) REMOVE n.x": "REMOVE changes",
    "MATCH (n) MERGE (m) RETURN m": "MERGE changes",
    "MATCH (n) FOREACH (x IN [1] | CREATE (:Y))": "FOREACH changes",
    "MATCH (n) RETURN n; MATCH (m) DELETE m": "more than one statement",
    "LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l": "reads files",
    "MATCH (n) LOAD/**/CSV FROM 'http://x' AS l RETURN l": "reads files",
    r"MATCH (n) \u004cOAD C\u0053V FROM 'x' AS l RETURN l": "escape",
    "WITH 1 AS x CALL dbms.components() YIELD name RETURN name": "calls a procedure",
    "CALL apoc.load.json('http://x')": "calls a procedure",
    "CALL `db`.labels()": "calls a procedure",
    "CALL pagerank()": "calls a procedure",
    "RETURN apoc.util.sleep(9)": "isn't part of Cypher",
    "RETURN `apoc`.`cypher`.runFirstColumnSingle('x', {})": "isn't part of Cypher",
    "RETURN date.x.y(1), other.date(2)": "isn't part of Cypher",
    "USE other MATCH (n) RETURN n": "doesn't begin",
    "CALL { USE other MATCH (n) RETURN n } RETURN n": "USE isn't",
    "SHOW DATABASES": "doesn't begin",
    "EXPLAIN MATCH (n) RETURN n": "doesn't begin",
    "CYPHER runtime=slotted MATCH (n) RETURN n": "doesn't begin",
    "MATCH (n) CALL { WITH n DELETE n } IN TRANSACTIONS": "changes",
    "MATCH (n) CALL { WITH n RETURN 1 AS x } IN 2 TRANSACTIONS RETURN x": "TRANSACTIONS changes",
    "MATCH (n) WHERE n.id = $id RETURN n": "a parameter",
    "MATCH (n:$('KgBuilderPart')) RETURN n": "a parameter",
    "MATCH (n:KgBuilderPart) RETURN n.body": "the store's own",
    "MATCH (n:`kgbuilderPart`) RETURN n.body": "the store's own",
    "MATCH (n) WHERE n.name = 'x RETURN n": "quotation mark",
    "RETURN " + "(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1): "nested",
    "MATCH (n) RETURN n" + " UNION MATCH (n) RETURN n" * MOST_CLAUSES: "clauses",
    "RETURN '" + "x" * LONGEST_QUERY + "'": "longer than",
    "": "doesn't begin",
    "   ;": "doesn't begin",
}


@pytest.mark.parametrize("query", READING)
def test_reading_passes_as_it_is(query: str) -> None:
    assert checked(query) == query
    assert checked(f" {query} ; ") == query


@pytest.mark.parametrize(("query", "reason"), REFUSED.items(), ids=lambda text: text[:40])
def test_anything_else_is_refused_with_the_reason(query: str, reason: str) -> None:
    with pytest.raises(InputError, match="isn't run") as refused:
        checked(query)
    assert reason in refused.value.message
    assert refused.value.hint


def test_comments_are_left_out() -> None:
    assert checked("MATCH (n) // all\n/* of\nthem */ RETURN n") == "MATCH (n)  \n  RETURN n"


@given(st.text(max_size=60).filter(lambda text: "\\u" not in json.dumps(text, ensure_ascii=False).lower()))
def test_what_stands_in_a_string_is_data(text: str) -> None:
    quoted = json.dumps(text, ensure_ascii=False)
    query = f"MATCH (n {{name: {quoted}}}) RETURN n"
    if {"load", "csv"} <= set(text.lower().split()):
        return
    assert checked(query) == query


@given(st.sampled_from(["CREATE (x)", "SET n.x = 1", "DELETE n", "MERGE (x)", "REMOVE n.x", "DROP INDEX x"]), st.data())
def test_no_place_hides_a_change(change: str, data: st.DataObject) -> None:
    words = ["MATCH", "(n)", "WHERE", "n.x", "=", "'a'", "WITH", "n", "RETURN", "n", "LIMIT", "3"]
    place = data.draw(st.integers(1, len(words)))
    blank = data.draw(st.sampled_from([" ", "\n", "\t", "/* x */", "// x\n"]))
    with pytest.raises(InputError):
        checked(blank.join([*words[:place], change, *words[place:]]))
