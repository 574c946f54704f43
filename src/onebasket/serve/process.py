"""One process that serves a shop until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from onebasket.errors import PrivacyError, StoreError
from onebasket.improve.served import Log
from onebasket.inbox import FOLDER, Follower, Inbox
from onebasket.protect import Key
from onebasket.serve.collector.routes import Collector
from onebasket.serve.keys import Keys, shop_key
from onebasket.serve.problems import problem
from onebasket.shop import Shop

if TYPE_CHECKING:
    from onebasket.serve.api.answers import Answers

_HEAD_MS = 10_000  # that the head of a request may take to arrive
_BACKLOG = 1024
_BETWEEN = 0.01  # seconds between looks whether it listens yet
_TURN_SECONDS = 0.001  # for which a thread keeps others from the interpreter; who writes the inbox asks often
_AT_ONCE = 1024  # requests that are worked on; more wait in the backlog


@dataclass(frozen=True)
class Address:
    """Where to listen, and with which certificate; without one, behind a proxy that has it."""

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    certificate_key: Path | None = None

    @classmethod
    def of(cls, shop: Shop, **said: Any) -> Address:
        """As `[serve]` of the shop file says it, but for what is said here. Paths there are relative to the
        shop's folder."""
        settings = shop.serve
        told: dict[str, Any] = {"host": settings.host, "port": settings.port}
        for name in ("certificate", "certificate_key"):
            if path := getattr(settings, name):
                told[name] = shop.folder / path
        return cls(**told | said)

    @property
    def url(self) -> str:
        """Where it is found."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    @property
    def inside(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:  # a name: it may stand for any address
            return self.host == "localhost"


def application(inbox: Inbox, keys: Keys, key: Key, answers: Answers | None = None) -> ASGIApp:
    """All routes of the server: the collector's, and where there are `answers` the API's."""
    collector = Collector(inbox, keys, key)
    if answers is not None:
        from onebasket.serve.api.app import api

        return api(answers, inbox, collector)
    return Starlette(
        routes=collector.routes(),
        exception_handlers={404: _nothing_there, 405: _nothing_there, 500: _fault},
    )


def serve_shop(shop: Shop, address: Address, ready: Callable[[], None] = lambda: None) -> None:
    """Serve a shop, published yet or not, as `serve` does: events come in, and answers count them. Raises
    PrivacyError for a key that is lost or wrong, StoreError for a basket that cannot be read."""
    from onebasket.serve.api.answers import Answers
    from onebasket.serve.live import States

    key = shop_key(shop)
    states = States(shop.folder)
    answers = Answers(shop, Keys(shop.folder), states.of, Log(shop.folder, key))
    serve(shop.folder, key, address, ready, answers, states.nudge)


def serve(
    folder: Path, key: Key, address: Address, ready: Callable[[], None] = lambda: None,
    answers: Answers | None = None, follow: Follower | None = None,
) -> None:  # fmt: skip
    """Serve a shop's folder until SIGTERM or SIGINT; requests that came in are answered, and what waits is
    written, before it ends. `ready` is called once it listens. Without `answers` events come in, and nothing
    is told. `follow` is told what came in.

    Raises PrivacyError for an address that others can reach while there is no key, for keys or a certificate
    that cannot be used, StoreError for one that is taken, BusyError where another server writes the inbox.
    """
    keys = Keys(folder)
    if not any(not each.revoked for each in keys.all()) and not address.inside:
        raise PrivacyError(
            f"The server does not listen on {address.host}.", found="no API keys",
            expected="127.0.0.1, or at least one key", state="nothing was started",
            next_step="onebasket keys make, then serve again",
        )  # fmt: skip
    _check_certificate(address)
    _check_free(address)
    sys.setswitchinterval(_TURN_SECONDS)
    inbox = Inbox(folder / FOLDER, key, follow)
    try:
        if answers is not None:
            answers.start()
        gc.freeze()  # what is open stays: looking through it for garbage would hold requests up
        uvloop.run(_until_stopped(application(inbox, keys, key, answers), address, ready))
    finally:
        inbox.close()
        if answers is not None:
            answers.close()


async def _until_stopped(app: ASGIApp, address: Address, ready: Callable[[], None]) -> None:
    server = Server(
        app, address.host, address.port, interface=Interfaces.ASGI, http=HTTPModes.auto, websockets=False,
        backlog=_BACKLOG, backpressure=_AT_ONCE, http1_settings=HTTP1Settings(header_read_timeout=_HEAD_MS),
        log_enabled=False, ssl_cert=address.certificate, ssl_key=address.certificate_key,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, server.stop)
    serving = loop.create_task(server.serve())
    while not serving.done():
        if await asyncio.to_thread(_answers, address):
            ready()
            break
        await asyncio.sleep(_BETWEEN)
    await serving


def _answers(address: Address) -> bool:
    """Whether something listens there now."""
    try:
        socket.create_connection((address.host, address.port), timeout=1).close()
    except OSError:
        return False
    return True


def _check_certificate(address: Address) -> None:
    try:
        if bool(address.certificate) != bool(address.certificate_key):
            raise OSError(0, "one of the two alone")
        if address.certificate:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                address.certificate, address.certificate_key
            )
    except OSError as error:  # ssl.SSLError is one
        raise PrivacyError(
            "The certificate cannot be used.", found=error.strerror or str(error),
            expected="a certificate and its private key, both as PEM files", state="nothing was started",
            next_step="correct --certificate and --certificate-key, or leave both out behind a proxy",
        ) from error  # fmt: skip


def _check_free(address: Address) -> None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address.host, address.port))
        except OSError as error:
            raise StoreError(
                f"The server cannot listen on {address.host}, port {address.port}.",
                found=str(error.strerror), state="nothing was started",
                next_step="stop what listens there, or name another port",
            ) from error  # fmt: skip


async def _nothing_there(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return problem(status, f"there is no {request.method} {request.url.path}")


async def _fault(request: Request, error: Exception) -> Response:
    """Nothing of the error itself: it may hold what was sent."""
    return problem(500, f"an unforeseen fault: {type(error).__name__}")
