"""The browser libraries of Segment and Jitsu in a real page, which is of another origin than the server."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.clients.conftest import HERE, Collecting, until
from tests.clients.story import Said, check, story

ALONE = {"strategy": "standard"}
KEPT_ALIVE = {"strategy": "standard", "config": {"keepalive": True}}
BATCHED = {"strategy": "batching", "config": {"size": 20, "timeout": 200}}
WAITING = {"strategy": "batching", "config": {"size": 1000, "timeout": 1_000_000}}  # until the page goes
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


class Pages(SimpleHTTPRequestHandler):
    """This folder's files, npm packages among them."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=program, args=_QUIET)
        except Error as error:
            pytest.skip(f"no chromium to be started: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def shop(packages: Path) -> Iterator[str]:
    """The origin of the shop's pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(HERE))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, shop: str) -> Iterator[Open]:
    """Open a page with a library that sends to a server; it must ask nobody else."""
    context, asked = browser.new_context(), set[str]()
    context.on("request", lambda request: asked.add(urlsplit(request.url).hostname or "127.0.0.1"))

    def visit(library: str, server: Collecting, source: str, strategy: Said | None = None) -> Page:
        told = {"host": f"127.0.0.1:{server.port}", "key": server.key_for(source)}
        page = context.new_page()
        page.goto(f"{shop}/pages/{library}.html?{urlencode(told | {'strategy': json.dumps(strategy)})}")
        page.wait_for_function("window.loaded")
        return page

    yield visit
    context.close()
    assert asked == {"127.0.0.1"}


def say(page: Page, calls: list[Said]) -> None:
    """Tell the library of a page some events."""
    page.evaluate("calls => window.say(calls)", calls)


def visits(number: int, start: int = 0) -> list[Said]:
    """Events of one kind."""
    return [
        {"type": "track", "event": "Product Viewed", "properties": {"place": place}, "messageId": f"v{place}"}
        for place in range(start, start + number)
    ]


def as_written(page: Page, call: Said) -> Said:
    """A call as Segment's library writes it: who it is stays known, and page views say which page."""
    told = {"userId": "u1"} | call | {"anonymousId": "a1"}
    if call["type"] == "page":
        seen = urlsplit(page.url)
        told["properties"] = {
            "path": seen.path, "referrer": "", "search": f"?{seen.query}", "title": "茶 Shop",
            "url": page.url, "name": call["name"],
        } | call["properties"]  # fmt: skip
    return told


@pytest.mark.parametrize("strategy", [ALONE, BATCHED], ids=["alone", "batched"])
def test_segment_every_event_arrives_once(
    collecting: Collecting, opened: Open, request: pytest.FixtureRequest, strategy: Said
) -> None:
    source, sent = f"segment-{request.node.callspec.id}", story(200)
    page = opened("segment", collecting, source, strategy)
    say(page, sent)
    until(lambda: len(collecting.of(source)) >= len(sent))
    check(collecting.of(source), [as_written(page, call) for call in sent])


@pytest.mark.parametrize("strategy", [ALONE, BATCHED], ids=["alone", "batched"])
def test_segment_killed_servers_lose_and_double_nothing(
    restarting: Collecting, opened: Open, strategy: Said
) -> None:
    sent = visits(100)
    page = opened("segment", restarting, "web", strategy)
    failed = list[str]()
    page.on("requestfailed", lambda request: failed.append(request.url))
    say(page, sent[:50])
    until(lambda: len(restarting.kept()) >= 10)
    restarting.stop(signal.SIGKILL)
    say(page, sent[50:])
    until(lambda: page.evaluate("true") and failed)  # asking lets the page tell
    restarting.start()
    until(lambda: len(restarting.of("web")) >= len(sent))
    check(restarting.of("web"), [call | {"anonymousId": "a1"} for call in sent])


def frozen(page: Page, server: Collecting, sent: list[Said]) -> None:
    """Tell a page events while its server does not answer; all are on their way afterwards."""
    way = list[str]()
    page.on("request", lambda request: way.append(request.url))
    server.process.send_signal(signal.SIGSTOP)
    say(page, sent)
    until(lambda: page.evaluate("true") and len(way) >= len(sent))


def test_segment_what_is_under_way_outlives_its_page(restarting: Collecting, opened: Open) -> None:
    page, sent = opened("segment", restarting, "web", KEPT_ALIVE), visits(20)
    say(page, sent[:1])
    until(lambda: restarting.of("web"))
    frozen(page, restarting, sent[1:])
    page.goto("about:blank")
    restarting.process.send_signal(signal.SIGCONT)
    until(lambda: len(restarting.of("web")) >= len(sent))
    check(restarting.of("web"), [call | {"anonymousId": "a1"} for call in sent])


def test_segment_what_waits_is_sent_as_the_page_goes(collecting: Collecting, opened: Open) -> None:
    page, sent = opened("segment", collecting, "segment-waiting", WAITING), visits(20)
    say(page, sent)
    assert page.evaluate("window.handed") and not collecting.of("segment-waiting")
    page.goto("about:blank")
    until(lambda: len(collecting.of("segment-waiting")) >= len(sent))
    check(collecting.of("segment-waiting"), [call | {"anonymousId": "a1"} for call in sent])


def test_segment_what_a_page_left_behind_the_next_sends(restarting: Collecting, opened: Open) -> None:
    """What had no answer when the page went is kept by the library; some of it may have arrived."""
    page, sent = opened("segment", restarting, "web", ALONE), visits(20)
    frozen(page, restarting, sent)
    page.reload()
    restarting.process.send_signal(signal.SIGCONT)
    until(lambda: len(restarting.of("web")) >= len(sent))
    check(restarting.of("web"), [call | {"anonymousId": "a1"} for call in sent])


def test_beacons_arrive(collecting: Collecting, opened: Open) -> None:
    """What a page sends by itself with its last breath, as plain text with the key inside."""
    page, sent = opened("segment", collecting, "beacon", ALONE), visits(1)
    told = {"writeKey": collecting.key_for("beacon"), "anonymousId": "a1"} | sent[0]
    page.evaluate(
        "([url, body]) => addEventListener('pagehide', () => navigator.sendBeacon(url, body))",
        [f"{collecting.address}/v1/track", json.dumps(told)],
    )
    page.close()
    until(lambda: collecting.of("beacon"))
    check(collecting.of("beacon"), [call | {"anonymousId": "a1"} for call in sent])


def test_jitsu_every_event_arrives_once(collecting: Collecting, opened: Open) -> None:
    told = [call for call in story(100) if call["type"] not in ("screen", "alias")]  # which it does not have
    page = opened("jitsu", collecting, "jitsu")
    wire = list[Said]()
    page.on("request", lambda request: wire.append(request.post_data_json or {}))
    say(page, told)
    until(lambda: len(collecting.of("jitsu")) >= len(told))
    check(collecting.of("jitsu"), [as_jitsu_writes(*each) for each in zip(told, wire, strict=True)])


def as_jitsu_writes(call: Said, line: Said) -> Said:
    """A call as Jitsu's library writes it: with an id of its own, more of the page, and the group from then
    on."""
    told = {"userId": "u1"} | call | {"anonymousId": "a1", "messageId": line["messageId"]}
    if call["type"] == "page":
        said = call["properties"] | {"name": told.pop("name")}
        assert said.items() <= line["properties"].items()
        told["properties"] = line["properties"]
    return told | ({"groupId": line["groupId"]} if line.get("groupId") == "g1" else {})
