"""From what clients send to JSON."""

from __future__ import annotations

import base64
import gzip
import json
import tracemalloc
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebasket.serve.collector.bodies import MOST_BYTES, BodyError, plain, read

SAID = '{"batch":[{"a":"é+ 100%=&\\n"}]}'.encode()


BODIES = {
    "plain": SAID,
    "gzip": gzip.compress(SAID),
    "byte order mark": b"\xef\xbb\xbf" + SAID,
    "white space": b" \n" + SAID + b"\n",
    "form of base64": b"data=" + base64.b64encode(SAID),
    "form of quoted base64": b"data=" + quote(base64.b64encode(SAID)).encode() + b"&compression=base64",
    "form": b"data=" + quote(SAID, safe="").encode(),
    "gzip of a form": gzip.compress(b"data=" + quote(SAID, safe="").encode()),
    "quoted": quote(SAID, safe="").encode() + b"=",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_json_is_found(body: bytes) -> None:
    assert json.loads(plain(body)) == json.loads(SAID)


WRONG = {
    "nothing": (b"", 400, "empty"),
    "gzip of nothing": (gzip.compress(b""), 400, "empty"),
    "white space": (b"  ", 400, "empty"),
    "too large": (b"x" * (MOST_BYTES + 1), 413, "larger than 512,000 bytes"),
    "not gzip": (b"\x1f\x8bnot really", 400, "gzip"),
    "cut gzip": (gzip.compress(SAID)[:-9], 400, "too early"),
    "not base64": (b"data=***", 400, "base64"),
}


@pytest.mark.parametrize(("body", "status", "why"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_taken_is_told(body: bytes, status: int, why: str) -> None:
    with pytest.raises(BodyError, match=why) as caught:
        plain(body)
    assert caught.value.status == status


def test_a_small_body_that_unzips_to_a_large_one_costs_no_memory() -> None:
    bomb = gzip.compress(bytes(300_000_000))
    assert len(bomb) < MOST_BYTES
    tracemalloc.start()
    with pytest.raises(BodyError, match="larger"):
        plain(bomb)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (rb'{"a": [NaN, -Infinity, Infinity, 1]}', {"a": [None, None, None, 1]}),  # of Python's json
        (rb'{"a": "tea \ud83c"}', {"a": "tea \ufffd"}),  # of JavaScript, an emoji cut in two
        (rb'{"\ud83c": "\ud83c\udf75 \udf75"}', {"\ufffd": "🍵 \ufffd"}),
    ],
)
def test_what_libraries_write_beside_the_standard_is_mended(body: bytes, found: Any) -> None:
    assert read(body) == found
    with pytest.raises(msgspec.DecodeError):
        read(body[:-1])


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused(body: bytes) -> None:
    for sent in (body, gzip.compress(body), b"data=" + body, b"\x1f\x8b" + body):
        try:
            assert plain(sent)
        except BodyError as error:
            assert error.status in (400, 413)
