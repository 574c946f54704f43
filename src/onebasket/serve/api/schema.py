"""What OpenAPI says of the routes: the answers' fields from their classes, errors in one shape, keys."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from msgspec import Meta

from onebasket.serve.api.metrics import MEDIA_TYPE

_REF = "#/components/schemas/"
_ALWAYS = {
    401: "no key, or one that is not known here",
    403: "the key's scopes do not allow it, or it may not be used from that page",
    422: "something in the request cannot be; `errors` tells what, field by field",
    429: "too many requests with this key; `retry-after` tells when to try again",
    503: "no version is open yet",
}
_SOMETIMES = {400: "the body is no JSON", 404: "there is no such customer or product",
              413: "the body is too large"}  # fmt: skip
_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer KEY"},
    "header": {"type": "apiKey", "in": "header", "name": "x-api-key"},
}
_answers: set[type[msgspec.Struct]] = set()


class Wrong(msgspec.Struct, frozen=True):
    """One thing that is wrong with a request."""

    where: Annotated[str, Meta(description="path of the field", examples=["query.top"])]
    what: Annotated[str, Meta(description="what is wrong with it")]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong (RFC 9457)."""

    type: Annotated[str, Meta(description="about:blank: the status says it all")]
    title: Annotated[str, Meta(description="the status in words", examples=["Not Found"])]
    status: Annotated[int, Meta(description="the status", examples=[404])]
    detail: Annotated[str, Meta(description="what is wrong", examples=["There is no such customer."])]
    errors: Annotated[tuple[Wrong, ...], Meta(description="of 422: what is wrong, field by field")] = ()


def says(
    answer: type[msgspec.Struct] | None, *errors: int, keyless: bool = False
) -> dict[int | str, dict[str, Any]]:
    """What a route answers: with a class as JSON, None: as text; and its errors beside the usual ones."""
    made: dict[int | str, dict[str, Any]] = {}
    if answer is None:
        made[200] = {"description": "counts", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}
    else:
        _answers.add(answer)
        summary = (answer.__doc__ or "").partition("\n")[0]
        content = {"schema": {"$ref": _REF + answer.__name__}}
        made[200] = {"description": summary, "content": {"application/json": content}}
    usual = {} if keyless else _ALWAYS
    for status in sorted({*usual, *errors}):
        made[status] = _problem(status, {**_ALWAYS, **_SOMETIMES}[status])
    return made


def openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the API, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    _, schemas = msgspec.json.schema_components([*_in_order(), Problem], ref_template=_REF + "{name}")
    components = made.setdefault("components", {})
    kept = components.setdefault("schemas", {})
    for gone in ("HTTPValidationError", "ValidationError"):
        kept.pop(gone, None)
    kept |= schemas
    components["securitySchemes"] = _KEYS
    for path in made["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            operation["security"] = [{name: []} for name in _KEYS] if "401" in responses else []
            if "401" not in responses:
                responses.pop("422", None)
            if "requestBody" in operation:
                for status in (400, 413):
                    responses[str(status)] = _problem(status, _SOMETIMES[status])
    app.openapi_schema = made
    return made


def _problem(status: int, what: str) -> dict[str, Any]:
    example = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": what}
    content = {"schema": {"$ref": f"{_REF}Problem"}, "example": example}
    return {"description": what, "content": {"application/problem+json": content}}


def _in_order() -> list[type[msgspec.Struct]]:
    return sorted(_answers, key=lambda each: each.__name__)
