"""The API as an application, the collector's routes included."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from onebasket.errors import ModelError, NotThereError, OneBasketError, StoreError, WishError
from onebasket.inbox import Inbox
from onebasket.serve.api import customers, products, status
from onebasket.serve.api.answers import Answers, RefusedError
from onebasket.serve.api.guard import Guard
from onebasket.serve.api.schema import openapi
from onebasket.serve.collector.routes import Collector
from onebasket.serve.problems import problem

_ABOUT = (
    "What is known of a shop's customers and products, and what each customer may want next. Everything that "
    "comes in live counts at once. Answers carry pseudonymous ids; personal values only where a key and a "
    "request say so."
)
_STATUS = {NotThereError: 404, WishError: 422}
_SHOWN = 20  # things wrong with a request that are told


def api(answers: Answers, inbox: Inbox | None, collector: Collector) -> Guard:
    """All routes of the server; errors in one shape."""
    app = FastAPI(
        title="OneBasket", version=version("onebasket"), description=_ABOUT, docs_url=None, redoc_url=None
    )
    app.state.answers, app.state.inbox, app.state.collector = answers, inbox, collector
    collecting = collector.routes()
    app.router.routes[:0] = collecting
    for each in (customers, products, status):
        app.include_router(each.router)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(OneBasketError, _failed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)
    return Guard(app, answers, collecting)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return problem(error.status, error.detail, headers=error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    """Errors of the shop's own state are told by their kind: their texts hold paths of the machine."""
    assert isinstance(error, OneBasketError)
    for kind, code in _STATUS.items():
        if isinstance(error, kind):
            more = f" Expected: {error.expected}." if error.expected else ""
            return problem(code, error.failed + more)
    if isinstance(error, StoreError | ModelError):
        return problem(503, f"the shop cannot answer now: {type(error).__name__}",
                       headers={"retry-after": "5"})  # fmt: skip
    return await _fault(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    """Where and what is wrong; never what was sent, which may be personal."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    wrong = [
        {"where": _clean(".".join(map(str, each["loc"]))), "what": _clean(each["msg"])}
        for each in found[:_SHOWN]
    ]
    if any(each["type"] == "json_invalid" for each in found):
        return problem(400, "the body is no JSON")
    return problem(422, f"{len(found)} things in the request cannot be", errors=wrong)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        detail = f"there is no {request.method} {_clean(request.url.path)}"
        return problem(error.status_code, detail, headers=dict(error.headers or {}))
    return problem(error.status_code, "the body is no JSON" if error.status_code == 400 else error.detail)


async def _fault(request: Request, error: Exception) -> Response:
    """Nothing of the error itself: it may hold what was sent."""
    return problem(500, f"an unforeseen fault: {type(error).__name__}")


def _clean(text: str) -> str:
    """Text that can be sent whatever was in it."""
    return text[:500].encode("utf-8", "replace").decode()
