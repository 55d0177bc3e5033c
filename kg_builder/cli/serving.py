"""``kg-builder mcp``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from kg_builder.cli.console import Graph, Where, parse_where


def mcp(
    graph: Graph,
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP instead of standard input and output.")] = False,
    host: Annotated[str, typer.Option(help="Address for --http; beyond this machine only with a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="For --http; 0: any free one.")] = 8765,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the token that clients of --http must send (Bearer).")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Another name under which clients reach this machine. Repeat for more.")
    ] = None,
    writable: Annotated[bool, typer.Option("--writable", help="With the tool that adds texts to the graph.")] = False,
    where: Where = None,
    settings: Annotated[Path | None, typer.Option(help="YAML file of settings: how texts are read.")] = None,
) -> None:
    """Serve the graph's tools to chat applications by the Model Context Protocol, over standard input and output
    or over HTTP on this machine.
    """
    from importlib.util import find_spec

    from kg_builder.errors import InputError, MissingExtraError

    if find_spec("mcp") is None:
        raise MissingExtraError("The MCP server", "mcp")
    if not http and (token_file or allow_host or host != "127.0.0.1"):
        raise InputError("--host, --allow-host and --token-file are for --http.")
    from kg_builder.settings import load_settings
    from kg_builder.stores import open_store
    from kg_builder.tools import toolkit
    from kg_builder.tools.mcp_server import Address, mcp_server, serve_http, serve_stdio

    chosen = load_settings(settings)
    with open_store(graph, read_only=not writable) as store:
        tools = toolkit(store, where=parse_where(where) if where else None, settings=chosen, writable=writable)
        server = mcp_server(tools, tracing=chosen.tracing)
        _prepare()
        if http:
            serve_http(server, Address(host, port, _token(token_file), tuple(allow_host or ())), ready=_tell)
        else:
            serve_stdio(server)


def _token(path: Path | None) -> str | None:
    from kg_builder.errors import InputError

    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the token can't be read ({type(error).__name__})") from error


def _prepare() -> None:
    """Signals end the process in order. The protocol's own log quotes what clients send: there is none."""
    import logging

    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _tell(url: str) -> None:
    print(f"serving at {url}", file=sys.stderr, flush=True)
