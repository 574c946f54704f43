"""From the body of a request to JSON, within limits.

Clients say little that can be trusted: gzip comes without its header, JSON as text/plain or as a form. What
the bytes are is told from the bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote_to_bytes

import msgspec

GZIP = b"\x1f\x8b"
MOST_BYTES = 500 << 10  # of a body, as sent and unpacked; libraries fill 475,000 and add one event
_GZIP_WINDOW = 31  # zlib's for gzip
_LOOSE = re.compile(rb"NaN|Infinity|\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")
Kind = TypeVar("Kind")


class BodyError(Exception):
    """A request that cannot be taken at all: its HTTP status, why, and when to try again, in seconds."""

    def __init__(self, status: int, reason: str, wait: int = 0) -> None:
        super().__init__(reason)
        self.status, self.reason, self.wait = status, reason, wait


def plain(body: bytes, most: int = MOST_BYTES) -> bytes:
    """The JSON in a body: unzipped, or taken out of a form's field `data`. Raises BodyError."""
    if len(body) > most:
        raise too_large(most)
    if body[:2] == GZIP:
        body = _unzipped(body, most)
    if body[:5] == b"data=":
        body = _from_form(body)
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    if body[:1] == b"%":  # a form that is nothing but JSON
        body = unquote_to_bytes(body.rstrip(b"="))
    if not body:
        raise BodyError(400, "the body is empty; JSON was expected")
    return body


def read(body: bytes, kind: type[Kind] | Any = Any) -> Kind | Any:
    """JSON, also with what libraries write beside the standard: NaN and infinity become null, half a pair of
    UTF-16 (an emoji cut in two) U+FFFD. For want of this, one event would cost a library its whole batch.

    Raises msgspec.DecodeError, UnicodeDecodeError or RecursionError for what is no JSON, or not of that kind.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        if not _LOOSE.search(body):
            raise
        try:
            found = json.loads(body.decode(), parse_constant=lambda word: None)
        except ValueError:
            found = None
        if found is None:
            raise
    text = json.dumps(found, ensure_ascii=False)
    return msgspec.json.decode(_HALF.sub("\ufffd", text), type=kind)


def too_large(most: int) -> BodyError:
    """A body over the limit."""
    return BodyError(413, f"the body is larger than {most:,} bytes; send smaller batches")


def _unzipped(body: bytes, most: int) -> bytes:
    """What was zipped, if it is no more than may be: a small file can unzip to any size."""
    unzip = zlib.decompressobj(_GZIP_WINDOW)
    try:
        made = unzip.decompress(body, most + 1)
    except zlib.error as error:
        raise BodyError(400, "the body begins as gzip does, but is none") from error
    if len(made) > most:
        raise too_large(most)
    if not unzip.eof:
        raise BodyError(400, "the zipped body ends too early")
    return made


def _from_form(body: bytes) -> bytes:
    """The field `data` of a form: JSON, or JSON in base64."""
    found = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20).get("data", [""])[0]
    if found[:1] in "{[":
        return found.encode()
    try:
        return base64.b64decode(found.replace(" ", "+"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BodyError(400, "the form's field data is neither JSON nor base64") from error
