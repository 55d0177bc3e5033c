"""A chat model behind an OpenAI-compatible server on loopback, which stands for one elsewhere and records requests."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import Request, urlopen

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

KNOWN = {"Cisplatin": "Chemical", "Metformin": "Chemical", "nausea": "Disease", "Parkinson disease": "Disease"}
PLACEHOLDER = re.compile(r"\[[A-Z]+-\d+\]")


@dataclass
class Recorder:
    """What the server got."""

    port: int = 0
    requests: list[str] = field(default_factory=list)
    greedy: bool = False
    """Answers placeholders as chemicals, too."""


@contextmanager
def recording_server() -> Iterator[Recorder]:
    """Serves until the block ends."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            recorder.requests.append(body)
            turns = json.loads(body)["messages"]
            content = _answer(turns[0]["content"], turns[-1]["content"], greedy=recorder.greedy)
            answer = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recorder.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()


class Elsewhere(BaseChatModel):
    """Asks the server; nothing tells that it is on this machine, so it counts as remote."""

    model_name: str = "far-1"
    port: int

    @property
    def _llm_type(self) -> str:
        return "elsewhere"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **extra: Any
    ) -> ChatResult:
        turns = [{"role": message.type, "content": str(message.content)} for message in messages]
        body = json.dumps({"model": self.model_name, "messages": turns}, ensure_ascii=False).encode()
        request = Request(f"http://127.0.0.1:{self.port}/v1/chat/completions", data=body)
        with urlopen(request) as answer:
            content = json.load(answer)["choices"][0]["message"]["content"]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content))])


def _answer(system: str, asked: str, *, greedy: bool) -> str:
    if "rewrites noisy" in system:
        return asked.replace("c/o", "complaining of")
    text = asked.removeprefix("Text: ")
    if "\n\nEntities:\n" in text:
        sentences = re.split(r"(?<=\.)\s", text.partition("\n\nEntities:\n")[0])
        stated = [
            {"subject": one, "predicate": "INDUCES", "object": "nausea", "evidence": sentence}
            for sentence in sentences
            for one in ("Cisplatin", "Metformin")
            if one in sentence and "nausea" in sentence
        ]
        return json.dumps(stated, ensure_ascii=False)
    found = [(match.start(), match[0], kind) for name, kind in KNOWN.items() for match in re.finditer(name, text)]
    if greedy:
        found += [(match.start(), match[0], "Chemical") for match in PLACEHOLDER.finditer(text)]
    return json.dumps([{"entity": name, "type": kind} for _, name, kind in sorted(found)])
