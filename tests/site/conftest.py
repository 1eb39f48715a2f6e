"""A real browser for the pages. It has to stay on this machine, and silent."""

from __future__ import annotations

import os
import resource
import shutil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests.process import Command
from tests.site.built import Site, copied, run_script, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LOCAL = {"", "127.0.0.1", "localhost"}


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Browser]:
    """One a module: while Playwright runs, nothing else in the process can start an event loop."""
    if CHROMIUM is None:
        pytest.skip("no chromium on the path; on Debian: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # root cannot have one
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, *sandbox], timeout=60_000
        )
        yield browser
        browser.close()


@pytest.fixture(name="context")
def _context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.set_default_timeout(15_000)
        yield context


@pytest.fixture(name="page")
def _page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test on a request to elsewhere, a page error or a complaint."""
    faults: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            faults.append(message.text)

    def follow(request: Request) -> None:
        if (urlsplit(request.url).hostname or "") not in LOCAL:
            faults.append(f"a request to {request.url}")

    context.on("request", follow)
    context.on("console", listen)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context.new_page()
    assert not faults


@pytest.fixture(scope="session", name="explored")
def _explored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that `clay-arch explore` writes."""
    folder = tmp_path_factory.mktemp("explored")
    ended = Command(folder)("explore", "--no-browser", "--output", "chooser.html")
    assert (ended.code, ended.err) == (0, "wrote chooser.html\n")
    return folder / "chooser.html"


@pytest.fixture(scope="session", name="site")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The documentation, built once and served until the last test has seen it."""
    folder = copied(tmp_path_factory.mktemp("site"))
    begun = _used_by_children()
    ended = run_script(folder, "build.py")
    seconds = _used_by_children() - begun
    assert ended.code == 0, ended.out + ended.err
    with served(folder / "site") as base:
        yield Site(folder / "site", base, ended, seconds)


def _used_by_children() -> float:
    """Processor time, which the other tests at work on this machine do not lengthen."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
