"""``kg-builder ask`` and ``kg-builder chat``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg_builder.cli.console import (
    AsJson,
    Graph,
    Where,
    nothing_found,
    open_for_reading,
    parse_where,
    print_json,
    tell,
)

if TYPE_CHECKING:
    from kg_builder.graphs.conversation import Conversation, Enquiry, Reply

LEAVING = frozenset({"/quit", "/exit"})

MaxTokens = Annotated[
    int, typer.Option(min=50, help="Length of an answer without a model, in tokens of four characters.")
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Answer by this chat model with the graph's tools: a name among the settings' models, or provider:model "
        "as LangChain's init_chat_model takes it. [default: the settings' chat_model]",
    ),
]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="YAML file of settings: how questions are read, and the model.")
]
AllowRemote = Annotated[
    bool,
    typer.Option("--allow-remote", help="Let questions and what the tools find go to a model that runs elsewhere."),
]


def ask(
    graph: Graph,
    question: Annotated[str, typer.Argument(help="In plain words; a name is enough.")],
    where: Where = None,
    max_tokens: MaxTokens = 1000,
    model: Model = None,
    settings: SettingsFile = None,
    allow_remote: AllowRemote = False,
    as_json: AsJson = False,
) -> None:
    """What the graph knows about a question: facts with their sources, ready for a prompt; or a model's answer from
    them, whose sources are looked up. It extracts, it doesn't advise.
    """
    reply = _open(graph, where, max_tokens, model, settings, allow_remote=allow_remote).ask(question)
    if as_json:
        print_json((reply.enrichment or reply).model_dump(mode="json", exclude={"enrichment"}))
    else:
        _print(reply)
    if not reply.citations:
        nothing_found()


def chat(
    graph: Graph,
    where: Where = None,
    max_tokens: MaxTokens = 1000,
    model: Model = None,
    settings: SettingsFile = None,
    allow_remote: AllowRemote = False,
) -> None:
    """Ask one question after another; each is understood in view of those before. /quit, or Ctrl-D, leaves."""
    from kg_builder.errors import KgBuilderError
    from kg_builder.graphs.assistant import DISCLAIMER

    conversation = _open(graph, where, max_tokens, model, settings, allow_remote=allow_remote)
    print(f"{DISCLAIMER} /quit leaves.", file=sys.stderr)
    while (question := _next_question()) is not None:
        try:
            _print(conversation.ask(question), heading=False)
        except KgBuilderError as error:
            tell(error)
        except KeyboardInterrupt:
            print("\nstopped; ask again, or leave with /quit", file=sys.stderr)


def _open(
    graph: str,
    where: list[str] | None,
    max_tokens: int,
    model: str | None,
    settings: Path | None,
    *,
    allow_remote: bool,
) -> Enquiry | Conversation:
    from functools import lru_cache

    from kg_builder.graphs.assistant_model import assistant_model
    from kg_builder.graphs.components import make_components
    from kg_builder.graphs.conversation import Conversation, Enquiry
    from kg_builder.settings import load_settings
    from kg_builder.stores.cypher.answers import CypherStore
    from kg_builder.tools import question_tool, toolkit
    from kg_builder.tools.text_tools import recognizer

    store = open_for_reading(graph)
    given = {"chat_model": model} if model is not None else {}
    chosen = load_settings(settings, **given, **({"allow_remote": True} if allow_remote else {}))
    condition = parse_where(where)
    if chosen.chat_model is None:
        return Enquiry(
            store,
            recognize=recognizer(lru_cache(maxsize=1)(lambda: make_components(chosen))),
            where=condition,
            max_tokens=max_tokens,
        )
    answering = assistant_model(chosen, store)
    tools = toolkit(store, where=condition, settings=chosen)
    if isinstance(store, CypherStore) and store.asks_in_cypher(condition):
        tools.append(question_tool(store, answering, where=condition, settings=chosen))
    return Conversation(answering, tools, store, where=condition, tracing=chosen.tracing)


def _next_question() -> str | None:
    """What is typed, or None at the end; empty lines are passed over."""
    while True:
        try:
            if sys.stdin.isatty():
                print("\n> ", end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            line = ""
        except UnicodeDecodeError:
            print("error: that line isn't UTF-8 text", file=sys.stderr)
            continue
        if not line or line.strip() in LEAVING:
            if sys.stdin.isatty():
                print(file=sys.stderr)
            return None
        if line.strip():
            return line.strip()


def _print(reply: Reply, *, heading: bool = True) -> None:
    """`heading`: with the line that says to a model how to take facts, which people needn't be told."""
    from kg_builder.retrieve.context import HEADING
    from kg_builder.text.printable import printable

    print(printable(reply.text if heading else reply.text.removeprefix(f"{HEADING}\n")))
    if reply.enrichment is not None and reply.enrichment.left_out:
        print(f"… and {reply.enrichment.left_out} more: ask with a larger --max-tokens.")
    sys.stdout.flush()
