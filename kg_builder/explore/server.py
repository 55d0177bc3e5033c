"""The page's server: for this machine only, and only for who holds the token."""

from __future__ import annotations

import hmac
import logging
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from kg_builder.errors import KgBuilderError
from kg_builder.explore.answers import Answers
from kg_builder.explore.assembly import Page
from kg_builder.explore.json_answers import Answer, as_json
from kg_builder.explore.requests import RefusedError, answer

_log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
NAMES = (LOOPBACK, "localhost", "[::1]")
"""By which browsers may ask for this machine: another name that leads here belongs to somebody else."""
METHODS = ("GET", "HEAD")
IDLE_SECONDS = 60.0
"""After which a connection that asks nothing is closed."""
PATIENCE_SECONDS = 10.0
"""For the first question, before what is asked for later is read: that would only hold it up."""
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'"


class ExplorerServer(ThreadingHTTPServer):
    """Serves one page and the answers that it asks for; nothing else, and nothing from disk."""

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"
    """Elsewhere it lets a port be taken again at once; there it would let another program share it."""

    def __init__(self, answers: Answers, page: Page, *, port: int = 0) -> None:
        """Raises OSError if the port isn't free."""
        super().__init__((LOOPBACK, port), _Handler)
        self.answers = answers
        self.page = page
        self.token = secrets.token_urlsafe(32)
        self.port = self.server_port
        self._answered = Event()
        self.hosts = frozenset(f"{name}:{self.port}" for name in NAMES)

    @property
    def url(self) -> str:
        """What to open: browsers keep what follows the ``#`` to themselves."""
        return f"http://{LOOPBACK}:{self.port}/#{self.token}"

    def server_bind(self) -> None:
        """Without asking anybody what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.server_address[1])

    def answer(self, name: str, query: str) -> Answer:
        """What is answered to `/api/NAME?QUERY`. Raises RefusedError."""
        try:
            return answer(self.answers, name, query)
        finally:
            self._answered.set()

    def warm_up(self) -> None:
        """Begin to read what the page will ask for first while the browser starts, and then what it may ask next."""
        Thread(target=self._read_ahead, daemon=True).start()

    def _read_ahead(self) -> None:
        with suppress(Exception):  # whoever asks is told
            self.answers.overview()
            self._answered.wait(PATIENCE_SECONDS)
            self.answers.search("a")

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Log the kind alone of what failed, unless a browser just went away: requests hold what people look for."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            _log.error("a request failed (%s)", type(error).__name__)


class _Handler(BaseHTTPRequestHandler):
    server: ExplorerServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1
    """Headers and body leave together."""

    def do_GET(self) -> None:
        """The page, or an answer."""
        if {"Content-Length", "Transfer-Encoding"} & {name.title() for name in self.headers}:
            self.close_connection = True  # what follows isn't another request
        try:
            self._check_sender()
            url = urlsplit(self.path)
            if url.scheme or url.netloc:
                raise RefusedError(HTTPStatus.BAD_REQUEST, "This is no proxy.")
            if url.path == "/":
                self._send_page()
            elif url.path.startswith("/api/"):
                self._check_token()
                self._send_json(HTTPStatus.OK, self._answer(url.path.removeprefix("/api/"), url.query))
            else:
                raise RefusedError(HTTPStatus.NOT_FOUND, "There is nothing here.")
        except (RefusedError, ValueError) as error:  # ValueError: an address that can't be read
            refused = error if isinstance(error, RefusedError) else RefusedError(400, "The address can't be read.")
            self._send_json(refused.status, {"error": refused.message})

    def do_HEAD(self) -> None:
        """The same without its body."""
        self.do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what isn't GET or HEAD, or isn't HTTP. What was sent isn't repeated."""
        self.close_connection = True
        unknown = code == HTTPStatus.NOT_IMPLEMENTED
        status = HTTPStatus.METHOD_NOT_ALLOWED if unknown else HTTPStatus(code)
        self._send_json(status, {"error": f"{status.phrase}."}, Allow=", ".join(METHODS))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: addresses hold what people look for."""

    def version_string(self) -> str:
        """Not which Python this is."""
        return "kg-builder"

    def _check_sender(self) -> None:
        """Other pages in the same browser reach this server too: they are told apart by what browsers say of them."""
        hosts, origins = self.headers.get_all("Host", []), self.headers.get_all("Origin", [])
        if len(hosts) != 1 or hosts[0].lower() not in self.server.hosts:
            raise RefusedError(HTTPStatus.FORBIDDEN, f"Open it as {self.server.url.partition('#')[0]}.")
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            raise RefusedError(HTTPStatus.FORBIDDEN, "Only the page itself may ask.")
        asked_by = self.headers.get("Sec-Fetch-Site", "none")
        if asked_by not in {"none", "same-origin"} and self.headers.get("Sec-Fetch-Mode") != "navigate":
            raise RefusedError(HTTPStatus.FORBIDDEN, "Only the page itself may ask.")

    def _check_token(self) -> None:
        given = self.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, f"Bearer {self.server.token}".encode()):
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "Open the address that kg-builder explore printed, to its end.")

    def _answer(self, name: str, query: str) -> Any:
        """The one place where a failing answer ends. Messages of our own errors hold no text of documents."""
        try:
            return self.server.answer(name, query)
        except RefusedError:
            raise
        except KgBuilderError as error:
            said = f"{error.message} {error.hint or ''}".strip()
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, said) from None
        except Exception as error:  # noqa: BLE001
            said = f"The graph could not answer ({type(error).__name__})."
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, said) from None

    def _send_page(self) -> None:
        page = self.server.page
        self._send(HTTPStatus.OK, page.html.encode(), "text/html; charset=utf-8", page.header_policy)

    def _send_json(self, status: int, body: Any, **headers: str) -> None:
        self._send(status, as_json(body), "application/json", NO_CONTENT_POLICY, **headers)

    def _send(self, status: int, body: bytes, kind: str, policy: str, **headers: str) -> None:
        self.send_response(status)
        sent = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": policy}
        for name, value in {**HEADERS, **sent, **headers}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
