"""GraphML, for Gephi, Cytoscape, yEd and networkx.

Values are scalars: lists and evidence are JSON strings. Characters that XML forbids become their
control pictures (U+2400 and on) or U+FFFD, so that lengths stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from kg_builder.stores.export_content import (
    Content,
    Fields,
    broader_fields,
    concept_fields,
    document_fields,
    mention_fields,
    relation_fields,
)
from kg_builder.stores.export_files import json_text
from kg_builder.stores.graph import document_node

_STRINGS_OF_NODES = (
    *("kind", "id", "name", "type", "category", "sha256", "language", "schema", "patient", "encounter", "date"),
    *("document_kind", "source", "tags", "extra", "attributes", "synonyms_seen", "xrefs"),
)
_STRINGS_OF_EDGES = (
    *("predicate", "biolink", "document", "text", "type", "assertion", "fragments", "section"),
    *("sentence", "evidence", "extractor", "model", "review"),
)
_NODE_TYPES = dict.fromkeys(_STRINGS_OF_NODES, "string") | {
    **dict.fromkeys(("linked", "ancestor_only"), "boolean"),
    **dict.fromkeys(("documents", "mentions"), "int"),
}
_EDGE_TYPES = dict.fromkeys(_STRINGS_OF_EDGES, "string") | {"start": "int", "end": "int", "confidence": "double"}

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


def write_graphml(content: Content, files: Sequence[TextIO]) -> None:
    """One file. Document nodes are called ``document ID``, as in memory; edges are numbered."""
    [file] = files
    file.write(_HEAD)
    for owner, types in (("node", _NODE_TYPES), ("edge", _EDGE_TYPES)):
        for name, type_ in types.items():
            file.write(f'<key id="{owner}_{name}" for="{owner}" attr.name="{name}" attr.type="{type_}"/>\n')
    file.write('<graph edgedefault="directed">\n')
    file.writelines(_nodes(content))
    file.writelines(_edges(content))
    file.write("</graph>\n</graphml>\n")


def _nodes(content: Content) -> Iterator[str]:
    for document in content.documents():
        fields = document_fields(document)
        extra = {name.removeprefix("extra."): fields.pop(name) for name in list(fields) if name.startswith("extra.")}
        yield _element("node", {"id": document_node(document.id)}, fields | ({"extra": extra} if extra else {}))
    for concept in content.concepts():
        yield _element("node", {"id": concept.id}, concept_fields(concept))


def _edges(content: Content) -> Iterator[str]:
    number = 0
    for _, mention in content.mentions():
        number += 1
        ends = {"id": f"e{number}", "source": document_node(mention.document), "target": mention.concept}
        yield _element("edge", ends, mention_fields(mention))
    for relation in content.relations():
        number += 1
        ends = {"id": f"e{number}", "source": relation.subject, "target": relation.object}
        yield _element("edge", ends, relation_fields(relation, content.predicate(relation)))
    for child, parent in content.broader():
        number += 1
        yield _element("edge", {"id": f"e{number}", "source": child, "target": parent}, broader_fields())


def _element(name: str, attributes: dict[str, str], fields: Fields) -> str:
    shown = "".join(f" {key}={quoteattr(_legal(value))}" for key, value in attributes.items())
    data = "".join(f'<data key="{name}_{key}">{_shown(value)}</data>' for key, value in fields.items())
    return f"<{name}{shown}>{data}</{name}>\n"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json_text(value)
    return escape(_legal(text), {"\r": "&#13;"})


def _legal(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "\ufffd", text)
