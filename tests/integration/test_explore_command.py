"""``kg-builder explore`` as browsers, other pages in them and other programs meet it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from kg_builder.records import Assertion
from kg_builder.stores import open_store
from tests.conformance.conftest import CONCEPTS, sample_part

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Run = Callable[..., "subprocess.CompletedProcess[str]"]
COMMAND = str(Path(sys.executable).with_name("kg-builder"))
SECONDS = 60
BROWSER = """#!/bin/sh
printf %s "$*" > {told}.part && mv {told}.part {told}
page=${{1#file://}}
while [ -e "$page" ]; do sleep 0.1; done > /dev/null 2>&1
"""
"""Says with what it was started, and runs until the page is gone."""
SECRET = "the aspirin that Mrs Nobody took"


class Explorer(NamedTuple):
    """A running command."""

    process: subprocess.Popen[str]
    port: int
    token: str


class Reply(NamedTuple):
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explore") / "g.kg"
    with open_store(path) as store:
        store.write(sample_part("a", f"After {SECRET}: bleeding.", ("aspirin", "INDUCES", "bleeding"), confidence=0.9))
        denied = ("b", "No stroke under warfarin.", ("warfarin", "INDUCES", "stroke"))
        store.write(sample_part(*denied, assertion=Assertion.NEGATED))
        store.write(sample_part("c", "We use warfarin against stroke.", ("warfarin", "TREATS", "stroke")))
    return path


@contextmanager
def running(graph: Path, *, browser: str | None = None) -> Iterator[Explorer]:
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "KG_BUILDER_CACHE"}}
    command = [COMMAND, "explore", str(graph), *([] if browser else ["--no-browser"])]
    environment |= {"BROWSER": browser} if browser else {}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            said = re.fullmatch(r"exploring at http://127\.0\.0\.1:(\d+)/#([\w-]{40,})\n", process.stdout.readline())
            assert said is not None
            yield Explorer(process, int(said[1]), said[2])
        finally:
            process.kill()


@pytest.fixture(scope="module")
def explorer(graph: Path) -> Iterator[Explorer]:
    with running(graph) as started:
        yield started


def ask(explorer: Explorer, path: str, *, method: str = "GET", token: str | None = "", **headers: str) -> Reply:
    """`token`: None sends none, the empty one is the right one. Names of headers with _ for -."""
    connection = http.client.HTTPConnection("127.0.0.1", explorer.port, timeout=SECONDS)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["Authorization"] = f"Bearer {token or explorer.token}"
    try:
        connection.request(method, path, headers=sent)
        answered = connection.getresponse()
        return Reply(answered.status, answered.headers, answered.read())
    finally:
        connection.close()


def written_in(path: Path) -> str:
    """As soon as it is there."""
    end = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    return path.read_text()


def test_the_page_holds_no_data_and_may_ask_its_own_server_alone(explorer: Explorer) -> None:
    found = ask(explorer, "/", token=None)
    policy = found.headers["Content-Security-Policy"]
    assert found.status == 200
    assert found.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"Mrs Nobody" not in found.body
    assert explorer.token.encode() not in found.body
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "connect-src 'self'" in policy
    assert policy.endswith("frame-ancestors 'none'")


@pytest.mark.parametrize("path", ["/", "/api/overview", "/nothing"])
def test_every_answer_says_how_it_may_be_used(explorer: Explorer, path: str) -> None:
    headers = ask(explorer, path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Access-Control-Allow-Origin"] is None
    assert "Python" not in headers["Server"]


def test_answers(explorer: Explorer) -> None:
    assert ask(explorer, "/api/overview").json["name"] == "g.kg"
    assert ask(explorer, "/api/search?q=asprin").json["concepts"][0]["name"] == "Aspirin"
    aspirin, bleeding = CONCEPTS["aspirin"].id, CONCEPTS["bleeding"].id
    relation = ask(explorer, f"/api/relation?s={aspirin}&p=INDUCES&o={bleeding}").json
    assert "Mrs Nobody" in json.dumps(relation["groups"])
    assert ask(explorer, "/api/document?id=a").json["original"][0]["text"].startswith("After the ")


def test_several_questions_over_one_connection(explorer: Explorer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", explorer.port, timeout=SECONDS)
    for _ in range(3):
        connection.request("GET", "/api/overview", headers={"Authorization": f"Bearer {explorer.token}"})
        assert json.loads(connection.getresponse().read())["documents"] == 3
    connection.close()


@pytest.mark.parametrize("token", [None, "wrong", "Ω"])
def test_answers_are_for_who_holds_the_token(explorer: Explorer, token: str | None) -> None:
    given = token.encode().decode("latin-1") if token else token
    found = ask(explorer, "/api/document?id=a", token=given)
    assert found.status == 401
    assert "address" in found.json["error"]
    assert explorer.token not in found.body.decode()


@pytest.mark.parametrize("path", ["/", "/api/overview"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:{port}", ""])
def test_other_names_for_this_machine_are_refused(explorer: Explorer, path: str, host: str) -> None:
    found = ask(explorer, path, Host=host.format(port=explorer.port))
    assert found.status == 403
    assert "error" in found.json


@pytest.mark.parametrize("host", ["localhost:{port}", "[::1]:{port}", "LOCALHOST:{port}"])
def test_names_of_this_machine(explorer: Explorer, host: str) -> None:
    name = host.format(port=explorer.port)
    assert ask(explorer, "/api/overview", Host=name, Origin=f"http://{name}").status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "http://localhost:{port}"])
def test_other_pages_may_not_ask(explorer: Explorer, origin: str) -> None:
    assert ask(explorer, "/api/overview", Origin=origin.format(port=explorer.port)).status == 403


def test_browsers_say_who_asks(explorer: Explorer) -> None:
    assert ask(explorer, "/api/overview", Sec_Fetch_Site="same-origin").status == 200
    assert ask(explorer, "/api/overview", Sec_Fetch_Site="cross-site").status == 403
    assert ask(explorer, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").status == 403
    assert ask(explorer, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/page.html",
        "/app.js",
        "/api",
        "/api/",
        "/api/../overview",
        "/api/__init__",
        "/api/overview/x",
        "//evil.example/api/overview",
        "/g.kg",
        "/favicon.ico",
        "/index.html",
    ],
)
def test_there_is_nothing_but_the_page_and_its_answers(explorer: Explorer, path: str) -> None:
    found = ask(explorer, path)
    assert found.status == 404
    assert "root:" not in found.body.decode()


def test_the_server_is_no_proxy(explorer: Explorer) -> None:
    assert ask(explorer, f"http://127.0.0.1:{explorer.port}/api/overview").status == 400
    assert ask(explorer, "http://evil.example/api/overview").status in {400, 403}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "<b>"])
def test_only_reading(explorer: Explorer, method: str) -> None:
    found = ask(explorer, "/api/overview", method=method)
    assert found.status == 405
    assert found.headers["Allow"] == "GET, HEAD"
    assert method not in found.body.decode()


def test_head_has_no_body(explorer: Explorer) -> None:
    found = ask(explorer, "/api/overview", method="HEAD")
    assert (found.status, found.body) == (200, b"")
    assert int(found.headers["Content-Length"]) > 100


@pytest.mark.parametrize("query", ["search", "search?q=", "documents?offset=x", "concept?id=a&id=b", "search?q=%ff"])
def test_questions_that_make_no_sense(explorer: Explorer, query: str) -> None:
    found = ask(explorer, f"/api/{query}")
    assert found.status == 400
    assert found.json["error"].endswith(".")


def test_what_is_no_http_is_refused(explorer: Explorer) -> None:
    for sent in (b"GET / SPDY/9\r\n\r\n", b"\x00\x01\r\n\r\n", b"GET /\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", explorer.port), timeout=SECONDS) as connection:
            connection.sendall(sent)
            answered = connection.recv(65536)
        assert b"200" not in answered[:20]
        assert b"graph-name" not in answered
    assert ask(explorer, "/api/overview").status == 200


def test_only_this_machine_is_listened_to(explorer: Explorer) -> None:
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("needs /proc")
    rows = [line.split() for line in listening.read_text().splitlines()[1:]]
    addresses = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{explorer.port:04X}")}
    assert addresses == {f"0100007F:{explorer.port:04X}"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_and_nothing_was_logged(graph: Path, number: signal.Signals) -> None:
    with running(graph) as explorer:
        ask(explorer, f"/api/search?q={SECRET.replace(' ', '%20')}")
        ask(explorer, "/api/nothing")
        explorer.process.send_signal(number)
        _, complained = explorer.process.communicate(timeout=SECONDS)
    assert (explorer.process.returncode, complained) == (128 + number, "")


@pytest.mark.skipif(os.name == "nt", reason="the browser is a shell script")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_browser_finds_the_address_on_a_page_and_not_on_its_command_line(
    graph: Path, tmp_path: Path, name: str
) -> None:
    browser, told = tmp_path / "browser", tmp_path / "told"
    browser.write_text(BROWSER.format(told=told))
    browser.chmod(0o755)
    with running(graph, browser=f"{browser} %s") as explorer:
        page = Path(url2pathname(urlsplit(written_in(told)).path))
        assert explorer.token not in told.read_text()
        assert f"http://127.0.0.1:{explorer.port}/#{explorer.token}" in page.read_text(encoding="utf-8")
        assert ask(explorer, "/api/overview").status == 200  # though the browser is still running
        explorer.process.send_signal(signal.Signals[name])
        _, complained = explorer.process.communicate(timeout=SECONDS)
    assert (explorer.process.returncode, complained) == (128 + signal.Signals[name], "")
    assert not page.parent.exists()


def test_a_port_that_is_taken(explorer: Explorer, graph: Path, kg_builder_command: Run) -> None:
    said = kg_builder_command("explore", graph, "--no-browser", "--port", explorer.port, expect=2).stderr
    assert f"Port {explorer.port} can't be used" in said
    assert "--port 0" in said


def test_a_build_goes_on_while_people_look(graph: Path, tmp_path: Path) -> None:
    copy = tmp_path / "g.kg"
    copy.write_bytes(graph.read_bytes())
    with running(copy) as explorer:
        assert ask(explorer, "/api/overview").json["documents"] == 3
        with open_store(copy) as store:
            store.write(sample_part("d", "More aspirin."))
        assert ask(explorer, "/api/overview").json["documents"] == 4
        assert ask(explorer, "/api/search?q=aspirin").json["concepts"][0]["documents"] == 2


def test_a_graph_that_goes_away_is_an_answer(graph: Path, tmp_path: Path) -> None:
    copy = tmp_path / "g.kg"
    copy.write_bytes(graph.read_bytes())
    with running(copy) as explorer:
        ask(explorer, "/api/overview")
        copy.write_bytes(b"x" * 200_000)
        found = ask(explorer, "/api/document?id=a")
        assert found.status in {404, 500}
        assert "Mrs Nobody" not in found.body.decode()


def test_one_file(graph: Path, tmp_path: Path, kg_builder_command: Run) -> None:
    said = kg_builder_command("explore", graph, "-o", "g.html").stdout
    assert "wrote g.html: 4 concepts, 3 relations, 3 documents" in said
    assert "It holds the text of 3 documents" in said
    html = (tmp_path / "g.html").read_text(encoding="utf-8")
    assert "Mrs Nobody" not in html
    assert 'data-source="embedded"' in html
    again = (tmp_path / "g.html").read_bytes()
    kg_builder_command("explore", graph, "-o", "g.html")
    assert (tmp_path / "g.html").read_bytes() == again


def test_a_part_in_one_file(graph: Path, kg_builder_command: Run) -> None:
    finished = kg_builder_command("explore", graph, "-o", "g.html", "--around", "aspirin", "--json")
    said = json.loads(finished.stdout)
    assert (said["concepts"], said["relations"], said["documents"]) == (2, 1, 1)
    assert said["part_of"].startswith("What is related to Aspirin: 2 of 4 concepts, 1 of 1 relation")
    few = kg_builder_command("explore", graph, "-o", "g.html", "--max-nodes", "2").stdout
    assert "It is a part of the graph. The concepts of the best supported relations: 2 of 4 concepts" in few
    kg_builder_command("explore", graph, "-o", "g.html", "--around", "zzzzzz", expect=1)


def test_a_file_never_takes_the_place_of_a_graph(graph: Path, kg_builder_command: Run) -> None:
    before = graph.read_bytes()
    assert "never replaces it" in kg_builder_command("explore", graph, "-o", graph, expect=2).stderr
    assert graph.read_bytes() == before


def test_options_that_do_not_go_together(graph: Path, tmp_path: Path, kg_builder_command: Run) -> None:
    assert "--around is for -o" in kg_builder_command("explore", graph, "--around", "aspirin", expect=2).stderr
    kg_builder_command("explore", tmp_path / "nothing.kg", "-o", "g.html", expect=3)
    assert not (tmp_path / "nothing.kg").exists()
