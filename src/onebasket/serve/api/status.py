"""Routes about the server itself."""

from __future__ import annotations

from importlib.metadata import version as version_of
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request
from msgspec import Meta
from starlette.responses import Response

from onebasket.serve.api.answers import RefusedError, answered, answers_of, needs, told
from onebasket.serve.api.metrics import MEDIA_TYPE
from onebasket.serve.api.schema import says

router = APIRouter(tags=["server"])


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Annotated[str, Meta(description="ok", examples=["ok"])]


class Ready(msgspec.Struct, frozen=True):
    """A version is open."""

    status: Annotated[str, Meta(description="ready", examples=["ready"])]
    version: Annotated[int, Meta(description="the version in use", examples=[12])]


class InUse(msgspec.Struct, frozen=True):
    """What answers now."""

    version: Annotated[int, Meta(description="the version in use", examples=[12])]
    model: Annotated[str, Meta(description="its model", examples=["timeline"])]
    onebasket: Annotated[str, Meta(description="the software's version", examples=["0.1.0"])]
    warnings: Annotated[tuple[str, ...], Meta(description="what the shop file asks of it that it cannot do")]
    newer_failed: Annotated[
        bool, Meta(description="whether a version published later cannot be opened; the process says why")
    ]


@router.get("/health", operation_id="health", responses=says(Alive, keyless=True),
            summary="Whether the process answers")  # fmt: skip
async def health(request: Request) -> Response:
    """For whoever restarts processes that hang. Needs no key."""
    return told(Alive("ok"))


@router.get("/ready", operation_id="ready", responses=says(Ready, 503, keyless=True),
            summary="Whether a version is open")  # fmt: skip
async def ready(request: Request) -> Response:
    """For whoever sends requests here. Needs no key."""
    number = answers_of(request).current.version
    if number is None:
        raise RefusedError(503, "no version is open yet", {"retry-after": "5"})
    return told(Ready("ready", number))


@router.get("/version", operation_id="version", dependencies=[Depends(needs("read"))],
            responses=says(InUse), summary="What answers now")  # fmt: skip
async def version(request: Request) -> Response:
    """The version in use, its model, and what is wrong with either."""
    failed = bool(answers_of(request).current.fault)
    return await answered(
        request,
        lambda shop: InUse(shop.version, shop.model, version_of("onebasket"), tuple(shop.warnings), failed),
    )


@router.get("/metrics", operation_id="metrics", dependencies=[Depends(needs("admin"))],
            responses=says(None), summary="Counts for Prometheus")  # fmt: skip
async def metrics(request: Request) -> Response:
    """Requests by route and status, how long they took, events by what became of them, the version in use,
    bytes that wait for the inbox."""
    answers, inbox = answers_of(request), request.app.state.inbox
    number = answers.current.version
    gauges = {
        "onebasket_ready": ("whether a version is open", float(number is not None)),
        "onebasket_version": ("the version in use, 0: none", float(number or 0)),
    }
    if inbox is not None:
        gauges["onebasket_inbox_waiting_bytes"] = "bytes that wait for the disk", float(inbox.waiting)
    return Response(answers.metrics.text(request.app.state.collector.counts, gauges), media_type=MEDIA_TYPE)
