"""Errors as the server answers them: problem details (RFC 9457), in one shape everywhere."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from starlette.responses import Response


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: object) -> Response:
    """An answer of `application/problem+json`: title, status, what is wrong, and anything more that helps."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(msgspec.json.encode(told | more), status, headers, media_type="application/problem+json")
