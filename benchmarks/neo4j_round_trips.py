"""Counts round trips on the wire, whatever driver or library sits at this end."""

from __future__ import annotations

import socket
import threading
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Counted:
    """Passes bytes on between a loopback port and a server. A round trip: something sent after something came."""

    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 7687)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.uri = f"{parts.scheme}://127.0.0.1:{self._listening.getsockname()[1]}"
        self.round_trips = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            _Connection(self, client, socket.create_connection(self._server))


class _Connection:
    """One connection: two threads, and who sent last."""

    def __init__(self, counted: Counted, client: socket.socket, server: socket.socket) -> None:
        self._counted = counted
        self._asking = False
        for source, target, asking in ((client, server, True), (server, client, False)):
            pump = partial(self._pass_on, source, target, asking=asking)
            threading.Thread(target=pump, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, *, asking: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                if asking and not self._asking:
                    self._counted.round_trips += 1
                self._asking = asking
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # either end went away
            return
