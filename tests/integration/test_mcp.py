"""The MCP server as an application sees it: the SDK's own client, over standard input and output and over HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest

from kg_builder.retrieve.citations import citations_in
from kg_builder.stores import open_store

pytestmark = pytest.mark.slow

mcp = pytest.importorskip("mcp")
jsonschema = pytest.importorskip("jsonschema")

COMMAND = str(Path(sys.executable).with_name("kg-builder"))
TOKEN = "correct-horse-battery-staple"
SECONDS = 60
CALLS: dict[str, dict[str, Any]] = {
    "find_concepts": {"text": "cisplatn"},
    "describe_concept": {"concept": "Cisplatin"},
    "neighbours": {"concept": "Cisplatin"},
    "what_induces": {"concept": "fever"},
    "what_treats": {"concept": "fever"},
    "evidence": {"subject": "Cisplatin", "predicate": "INDUCES", "object": "fever"},
    "paths": {"source": "Cisplatin", "target": "Methotrexate"},
    "common_neighbours": {"concepts": ["Cisplatin", "Methotrexate"], "direction": "out"},
    "graph_overview": {},
    "facts_about": {"question": "What does cisplatin cause?"},
    "search_evidence": {"text": "fever"},
    "extract_from_text": {"text": "Aspirin caused a rash."},
    "run_cypher": {"query": "MATCH (c:Chemical) RETURN c.name"},
}

T = TypeVar("T")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp")
    texts = folder / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text("Cisplatin caused fever. Methotrexate caused fever too.")
    (folder / "dictionary.yaml").write_text("extractors: [lexicon]\nrelation_extractor: cooccurrence\n")
    build = [COMMAND, "build", texts, "--store", folder / "g.kg", "--settings", folder / "dictionary.yaml"]
    subprocess.run(list(map(str, build)), check=True, capture_output=True)
    return folder / "g.kg"


def arguments(graph: Path, *options: str) -> list[str]:
    return ["mcp", str(graph), "--settings", str(graph.with_name("dictionary.yaml")), *options]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "KG_BUILDER_CACHE"}}


def over_stdio(graph: Path, ask: Callable[[Any], Awaitable[T]], *options: str) -> T:
    """What is asked of a server that runs as long as that takes."""

    async def run() -> T:
        command = mcp.StdioServerParameters(command=COMMAND, args=arguments(graph, *options), env=environment())
        with anyio.fail_after(SECONDS):
            async with mcp.Client(command) as client:
                return await ask(client)

    return anyio.run(run)


async def listed(client: Any) -> list[Any]:
    return list((await client.list_tools()).tools)


def test_every_tool_is_listed_with_a_valid_schema_and_answers(graph: Path) -> None:
    async def ask(client: Any) -> tuple[list[Any], dict[str, Any]]:
        tools = await listed(client)
        return tools, {tool.name: await client.call_tool(tool.name, CALLS[tool.name]) for tool in tools}

    tools, answers = over_stdio(graph, ask)

    assert set(answers) in ({*CALLS}, {*CALLS} - {"run_cypher"})
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.validate(CALLS[tool.name], tool.input_schema)
        assert tool.annotations.read_only_hint
        assert len(tool.description) > 40
    for name, answer in answers.items():
        assert not answer.is_error, (name, answer.content[0].text)
    assert "Cisplatin (MESH:D002945)" in answers["find_concepts"].content[0].text
    assert citations_in(answers["evidence"].content[0].text) == ("a.txt:0-23",)


def test_errors_come_back_as_errors(graph: Path) -> None:
    async def ask(client: Any) -> list[Any]:
        wrong = [
            ("neighbours", {"concept": "hiccups"}),
            ("neighbours", {"concept": "Cisplatin", "limit": "many"}),
            ("find_concepts", {}),
        ]
        answers = [await client.call_tool(name, given) for name, given in wrong]
        with pytest.raises(mcp.MCPError, match="no tool 'add_text'"):
            await client.call_tool("add_text", {"text": "Aspirin caused a rash."})
        answers.append(await client.call_tool("graph_overview", {}))
        return answers

    unknown, mistyped, missing, after = over_stdio(graph, ask)

    assert unknown.is_error
    assert "no concept called 'hiccups'" in unknown.content[0].text
    assert mistyped.is_error
    assert "limit" in mistyped.content[0].text
    assert missing.is_error
    assert "text: Field required" in missing.content[0].text
    assert not after.is_error


def test_only_a_writable_server_adds_texts_and_a_filter_holds_for_all(graph: Path, tmp_path: Path) -> None:
    async def ask(client: Any) -> tuple[list[Any], Any, Any]:
        given = {"text": "Aspirin caused a rash.", "document_id": "new"}
        added = await client.call_tool("add_text", given)
        return await listed(client), added, await client.call_tool("graph_overview", {})

    copy = tmp_path / "copy.kg"
    copy.write_bytes(graph.read_bytes())
    copy.with_name("dictionary.yaml").write_text(graph.with_name("dictionary.yaml").read_text())
    tools, added, overview = over_stdio(copy, ask, "--writable", "--where", "document=a.txt")

    assert not added.is_error
    assert overview.content[0].text.startswith("1 document,")
    assert [tool.name for tool in tools if not tool.annotations.read_only_hint] == ["add_text"]
    with open_store(copy, read_only=True) as store:
        assert store.document_text("new") == "Aspirin caused a rash."


def test_nothing_but_the_protocol_is_on_standard_output(graph: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    lines = [json.dumps(hello), '{"jsonrpc": "2.0", "method": "notifications/initialized"}', "no JSON: a secret"]
    finished = subprocess.run(
        [COMMAND, *arguments(graph)],
        input="\n".join(lines) + "\n",
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert finished.returncode == 0
    assert json.loads(finished.stdout.splitlines()[0])["result"]["serverInfo"]["name"] == "kg-builder"
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in finished.stdout.splitlines())
    assert finished.stderr == ""


@contextmanager
def serving(graph: Path, *options: str, leave: int = signal.SIGTERM) -> Iterator[str]:
    """URL of a server over HTTP; it has to end in order when it is told to."""
    command = [COMMAND, *arguments(graph, "--http", "--port", "0", *options)]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            line = server.stderr.readline()
            told = re.fullmatch(r"serving at (http://\S+/mcp)\n", line)
            assert told is not None, line + server.stderr.read()
            yield told[1]
            server.send_signal(leave)
            assert server.wait(SECONDS) == 128 + leave
            assert server.stderr.read() == ""
        finally:
            server.kill()


def over_http(url: str, ask: Callable[[Any], Awaitable[T]], token: str | None = None) -> T:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> T:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        with anyio.fail_after(SECONDS):
            async with (
                httpx2.AsyncClient(headers=headers) as http,
                mcp.Client(streamable_http_client(url, http_client=http)) as client,
            ):
                return await ask(client)

    return anyio.run(run)


def status(url: str, **headers: str) -> int:
    """Of a bare request with these headers."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, usual | named), timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_http_serves_the_same_tools_to_this_machine(graph: Path) -> None:
    async def ask(client: Any) -> Any:
        return await listed(client), await client.call_tool("what_induces", {"concept": "fever"})

    with serving(graph, leave=signal.SIGINT) as url:
        tools, answer = over_http(url, ask)
        assert {tool.name for tool in tools} >= {*CALLS} - {"run_cypher"}
        assert citations_in(answer.content[0].text)
        assert status(url, Host="evil.example") == 421
        assert status(url, Origin="http://evil.example") == 403
        assert status(url, Origin=url.removesuffix("/mcp")) not in {401, 403, 421}


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_token_is_asked_for(graph: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    with serving(graph, "--token-file", str(tmp_path / "token")) as url:
        assert over_http(url, listed, TOKEN)
        for wrong in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", "Bearer \xe9"):
            assert status(url, Authorization=wrong) == 401
        assert status(url) == 401
        assert status(url, Authorization=f"Bearer {TOKEN}", Host="evil.example") == 421


def test_an_open_server_is_not_started(graph: Path) -> None:
    command = [COMMAND, *arguments(graph, "--http", "--host", "0.0.0.0")]
    finished = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False)
    assert finished.returncode == 2
    assert "others on the network" in finished.stderr
