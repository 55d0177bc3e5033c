"""A real Chromium, and pages that are watched: whatever one asks for, runs or complains of is kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page, Request, sync_playwright

INSTALL = "install the package chromium (apt-get install chromium), or name one in CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WATCHING = """
window.kgBroken = [];
window.kgOwned = (what) => { window.kgBroken.push(`ran: ${what}`); };
document.addEventListener("securitypolicyviolation", (event) => {
  window.kgBroken.push(`blocked by policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""
"""Runs before the page's own script. Hostile strings call `kgOwned`."""
INSIDE = ("data:", "blob:", "about:")


def executable() -> str:
    """Path of a Chromium. Without one the test is skipped; with ``CI`` set it fails."""
    given = os.environ.get("CHROMIUM")
    found = [path for name in ([given] if given else NAMES) if (path := shutil.which(name)) is not None]
    if not found:
        no_browser(f"no Chromium at {given}" if given else "no Chromium")
    return found[0]


def no_browser(why: str) -> NoReturn:
    """Skip, or fail where ``CI`` is set."""
    if os.environ.get("CI"):
        pytest.fail(f"{why}: {INSTALL}")
    pytest.skip(f"{why}: {INSTALL}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser process, without a window, that reaches nothing but this machine."""
    path = executable()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        except Error as error:
            no_browser(f"{path} doesn't start: {error.message[:300]}")
        yield browser
        browser.close()


@dataclass
class Watch:
    """What happened in the pages of one context that must not happen."""

    home: str
    """URL of the page under test; it may ask for its own origin, or, where it is a file, for itself alone."""
    seen: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Begin to watch."""
        context.add_init_script(WATCHING)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"error: {error.error}"))
        context.on("request", self._request)
        context.on("dialog", self._dialog)
        context.on("page", lambda page: page.on("worker", lambda worker: self.seen.append(f"worker: {worker.url}")))

    def complaints(self, context: BrowserContext) -> list[str]:
        """All of them, those the pages themselves noted too."""
        own = [line for page in context.pages for line in _noted(page)]
        windows = [f"another window: {page.url}" for page in context.pages[1:]]
        return [*self.seen, *own, *windows]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self.seen.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith(INSIDE) and not self._own(request.url):
            self.seen.append(f"request: {request.url}")

    def _own(self, url: str) -> bool:
        home, asked = urlsplit(self.home), urlsplit(url)
        if home.scheme == "file":
            return (asked.scheme, asked.path) == (home.scheme, home.path)
        return (asked.scheme, asked.netloc) == (home.scheme, home.netloc)

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def _noted(page: Page) -> list[str]:
    noted: list[str] = page.evaluate("() => window.kgBroken || []")
    return noted


def screenshot_folder() -> Path:
    """Where pictures go: ``artifacts/screenshots`` of the repository, or `KG_BUILDER_SCREENSHOTS`."""
    place = os.environ.get("KG_BUILDER_SCREENSHOTS")
    folder = Path(place) if place else Path(__file__).parents[2] / "artifacts" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
