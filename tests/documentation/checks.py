"""Blocks that aren't run: opened as what they are."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import yaml

from kg_builder import load_schema, load_settings
from kg_builder.errors import KgBuilderError
from kg_builder.settings import Settings
from tests.documentation.shell import Shell

SECONDS = 60
DIAGRAMS = ("graph", "flowchart", "sequenceDiagram", "stateDiagram", "classDiagram", "erDiagram")
LABEL = re.compile(r":(\w+)(?=[\s{)\]|])")
PROPERTIES = re.compile(r"\{([^}]*)\}")


class BlockError(AssertionError):
    """A block that isn't what it should be."""


def check_yaml(text: str, folder: Path) -> str:
    """Settings, a schema or a recipe; which of them."""
    data = yaml.safe_load(text)
    path = folder / "block.yaml"
    path.write_text(text, encoding="utf-8")
    if not isinstance(data, dict):
        raise BlockError("YAML that is no mapping")
    if "entities" in data:
        load_schema(str(path))
        return "schema"
    if "corpora" in data or "carriers" in data:
        return _recipe(path)
    if unknown := set(data) - set(Settings.model_fields):
        raise BlockError(f"{', '.join(sorted(unknown))}: neither settings nor a schema nor a recipe")
    load_settings(path)
    return "settings"


def _recipe(path: Path) -> str:
    from kg_builder.train.denoising.recipe import DenoisingRecipe
    from kg_builder.train.generative.recipe import GenerativeRecipe
    from kg_builder.train.identifiers.recipe import IdentifierRecipe
    from kg_builder.train.linking_recipe import LinkingRecipe
    from kg_builder.train.recipe import NerRecipe
    from kg_builder.train.recipe_files import load_recipe
    from kg_builder.train.relation_recipe import RelationRecipe
    from kg_builder.train.token_classification.recipe import TokenClassificationRecipe
    from kg_builder.train.vietnamese.recipe import VietnameseRecipe

    kinds: tuple[Any, ...] = (NerRecipe, RelationRecipe, LinkingRecipe, VietnameseRecipe, GenerativeRecipe,
                              DenoisingRecipe, TokenClassificationRecipe, IdentifierRecipe)  # fmt: skip
    problems = []
    for kind in kinds:
        try:
            load_recipe(str(path), kind)
        except KgBuilderError as error:
            problems.append(f"{kind.__name__}: {error.message}")
        else:
            return "recipe"
    raise BlockError("\n".join(problems))


def check_json(text: str, shell: Shell) -> None:
    """Parsed; servers of the Model Context Protocol are asked for their tools."""
    data = json.loads(shell.here(text))
    for name, server in data.get("mcpServers", {}).items() if isinstance(data, dict) else ():
        tools = anyio.run(_tools_of, server, shell)
        if not tools:
            raise BlockError(f"{name} has no tools")


async def _tools_of(server: Mapping[str, Any], shell: Shell) -> list[str]:
    import mcp

    given: Any = server.get("url")
    if given is None:
        arguments = [_place(word, shell.folder) for word in server["args"]]
        environment = shell.environment | server.get("env", {})
        command = Path(server["command"]).name
        given = mcp.StdioServerParameters(command=command, args=arguments, env=environment, cwd=shell.folder)
    with anyio.fail_after(SECONDS):
        async with mcp.Client(given) as client:
            return [tool.name for tool in (await client.list_tools()).tools]


def _place(word: str, folder: Path) -> str:
    """A file that is somewhere on the reader's machine lies in the folder here."""
    return str(folder / Path(word).name) if word.startswith("/") else word


def check_mermaid(text: str) -> None:
    """A diagram whose brackets and quotes close."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if first not in DIAGRAMS:
        raise BlockError(f"'{first}' begins no diagram of Mermaid's")
    bare = re.sub(r'"[^"\n]*"', "", text)
    unequal = [pair for pair in ("()", "[]", "{}") if bare.count(pair[0]) != bare.count(pair[1])]
    if '"' in bare or unequal:
        raise BlockError(f"quotes or brackets that don't close: {' '.join(unequal)}")


def check_pattern(text: str, store: Any) -> None:
    """Labels, types and properties that a page names exist in the graph as Cypher sees it."""
    answer = store.cypher("MATCH (n) RETURN DISTINCT labels(n) AS labels", limit=1000)
    known = {label for row in answer.rows for label in _flat(row)}
    answer = store.cypher("MATCH ()-[r]->() RETURN DISTINCT type(r) AS type", limit=1000)
    known |= {label for row in answer.rows for label in _flat(row)}
    properties: set[str] = set()
    for pattern in ("MATCH (n:Document)", "MATCH (n:Concept)", "MATCH ()-[n:MENTIONS]->()", "MATCH ()-[n:INDUCES]->()"):
        rows = store.cypher(f"{pattern} RETURN keys(n) AS names", limit=1000).rows
        properties |= {name for row in rows for name in _flat(row)}
    said = {name.strip() for group in PROPERTIES.findall(text) for name in group.split(",")}
    labels = set(LABEL.findall(PROPERTIES.sub(" ", text)))
    if missing := (labels - known) | (said - properties):
        raise BlockError(f"not in the graph: {', '.join(sorted(missing))}")


def _flat(row: Any) -> list[str]:
    values = row.values() if isinstance(row, Mapping) else row
    return [name for value in values for name in (value if isinstance(value, list | tuple) else [value])]


def check_toml(text: str) -> None:
    """Parsed."""
    tomllib.loads(text)
