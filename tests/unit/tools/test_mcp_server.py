"""The MCP server in this process: calls of tools, failures, and who may come over HTTP."""

from __future__ import annotations

import logging
import socket
from typing import Any

import anyio
import pytest
from langchain_core.tools import BaseTool, StructuredTool, ToolException

from kg_builder.cli import serving
from kg_builder.errors import InputError, MissingExtraError

mcp = pytest.importorskip("mcp")
from kg_builder.tools.mcp_server import Address, http_app, is_any, is_loopback, listening, mcp_server  # noqa: E402

TOKEN = "correct-horse-battery-staple"


def tool(name: str, failure: Exception | None = None) -> BaseTool:
    def answer(text: str) -> str:
        """Answer something."""
        if failure is not None:
            raise failure
        return f"heard {text}"

    return StructuredTool.from_function(answer, name=name, handle_tool_error=True)


def ask(tools: list[BaseTool], name: str, **arguments: Any) -> Any:
    async def run() -> Any:
        async with mcp.Client(mcp_server(tools)) as client:
            return await client.call_tool(name, arguments)

    return anyio.run(run)


def test_answers_and_failures_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    tools = [tool("good"), tool("refusing", ToolException("No such name.")), tool("broken", ValueError("secret text"))]

    good, refused = ask(tools, "good", text="x"), ask(tools, "refusing", text="x")
    with caplog.at_level(logging.DEBUG, logger="kg_builder"):
        broken = ask(tools, "broken", text="x")

    assert (good.is_error, good.content[0].text) == (False, "heard x")
    assert (refused.is_error, refused.content[0].text) == (True, "No such name.")
    assert (broken.is_error, broken.content[0].text) == (True, "The tool failed (ValueError).")
    assert "secret" not in caplog.text
    assert "broken failed: ValueError" in caplog.text


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol() -> None:
    async def run() -> None:
        async with mcp.Client(mcp_server([tool("good")])) as client:
            with pytest.raises(mcp.MCPError, match="no tool 'other'"):
                await client.call_tool("other", {})

    anyio.run(run)


async def status_of(app: Any, headers: dict[str, str]) -> int:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": "/nowhere", "headers": named, "query_string": b""}
    await app(scope, receive, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 404),
        (f"bearer {TOKEN}", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        ("Bearer \xe9", 401),
        (f"Basic {TOKEN}", 401),
        ("", 401),
    ],
)
def test_only_the_token_lets_in(given: str, status: int) -> None:
    app = http_app(mcp_server([]), Address(token=TOKEN))
    assert anyio.run(status_of, app, {"Authorization": given}) == status


def test_no_token_does_not_let_in() -> None:
    app = http_app(mcp_server([]), Address(token=TOKEN))
    assert anyio.run(status_of, app, {}) == 401


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (Address("0.0.0.0"), "others on the network"),
        (Address("::"), "others on the network"),
        (Address("203.0.113.7"), "others on the network"),
        (Address("example.org"), "others on the network"),
        (Address(""), "others on the network"),
        (Address("0.0.0.0", token=TOKEN), "names are missing"),
        (Address("", token=TOKEN), "names are missing"),
        (Address(token="hunter2"), "shorter than"),
        (Address(token="đ" * 20), "not in ASCII"),
    ],
)
def test_what_is_not_safe_is_refused(address: Address, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        http_app(mcp_server([]), address)
    assert refused.value.hint


def test_loopback_and_any_address_are_known() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "127.9.9.9", "::1", "localhost"]))
    assert not any(map(is_loopback, ["0.0.0.0", "", "10.0.0.1", "localhost.example", "::"]))
    assert all(map(is_any, ["0.0.0.0", "::", ""]))
    assert not any(map(is_any, ["127.0.0.1", "example.org"]))


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="mcp"):
        serving.mcp("graph.kg")


@pytest.mark.enable_socket
def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"127.0.0.1:{port}"):
            listening(Address(port=port))
