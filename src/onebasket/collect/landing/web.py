"""HTTP as APIs and file servers need it asked: again after a pause where that may help, never for ever.

The standard library's client serves: what is asked for comes one page after the other, from one server.
"""

from __future__ import annotations

import base64
import contextlib
import email.utils
import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, urljoin, urlsplit

from onebasket.errors import SourceError

_TRIES = 6
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 300.0
_MOST_BYTES = 256 << 20  # of an answer that is held in memory
_PIECE_BYTES = 1 << 20
_MOST_REDIRECTS = 5
_AGAIN = (408, 429, 500, 502, 503, 504)
_REDIRECTS = (301, 302, 303, 307, 308)
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
wait = time.sleep


class Sink(Protocol):
    """A file to write to, that can be begun anew."""

    def write(self, data: Any, /) -> int:
        """Take further bytes."""

    def tell(self) -> int:
        """How many it has."""

    def seek(self, offset: int, /) -> int:
        """Back to the start."""

    def truncate(self) -> int:
        """Nothing is left of it."""


class StoppedError(Exception):
    """A request that cannot be answered: what was found, what to do, the status where there was one."""

    def __init__(self, found: str, next_step: str, status: int = 0) -> None:
        super().__init__(found)
        self.found, self.next_step, self.status = found, next_step, status

    def of(self, source: str, url: str, state: str) -> SourceError:
        """The error as users see it; `url` without secrets."""
        return SourceError(
            f"Source {source}: {url} cannot be fetched.",
            found=self.found,
            expected="an answer with status 200",
            state=state,
            next_step=self.next_step,
        )


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def links(self) -> dict[str, str]:
        """The Link header (RFC 8288): relation → URL."""
        found = {}
        for part in self.headers.get("link", "").split(","):
            url, _, rest = part.partition(";")
            for each in rest.split(";"):
                name, _, value = each.strip().partition("=")
                if name.lower() == "rel":
                    found[value.strip("\"' ").lower()] = url.strip().strip("<>")
        return found

    def date(self) -> float | None:
        """When the server says it answered, in seconds since 1970."""
        said = email.utils.parsedate_to_datetime(self.headers["date"]) if "date" in self.headers else None
        return said.timestamp() if said else None


class Web:
    """A client for one source; `headers` go to the server of `url` and to no other."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_seconds: int) -> None:
        parts = urlsplit(url)
        self.origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._headers, self._timeout = dict(headers), timeout_seconds
        if parts.username is not None:
            said = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = f"Basic {base64.b64encode(said.encode()).decode()}"
        self._open: tuple[str, http.client.HTTPConnection] | None = None

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._open:
            self._open[1].close()
        self._open = None

    def get(self, url: str, more: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """The answer to a request. Raises StoppedError when there is none, or one that says no."""
        return self._answer(url, {"Accept": "application/json", **(more or {})}, method, None)

    def save(self, url: str, file: Sink, more: Mapping[str, str]) -> Answer:
        """Write what a request gives to a file; cut off, it is asked for the rest where the server can."""
        return self._answer(url, dict(more), "GET", file)

    def _answer(self, url: str, headers: dict[str, str], method: str, file: Sink | None) -> Answer:
        """Ask until there is an answer worth having, with longer and longer pauses."""
        pause, version = _FIRST_PAUSE_SECONDS, ""
        for left in reversed(range(_TRIES)):
            asked = pause
            try:
                answer = self._once(url, _rest(headers, file, version), method, file)
                if answer.status not in _AGAIN:
                    return _checked(answer)
                found, asked = f"status {answer.status}", _retry_after(answer) or pause
            except _CutError as error:
                self.close()
                found, version = error.found, error.version
            except (OSError, http.client.HTTPException) as error:
                self.close()
                found = f"{type(error).__name__}: {error}"
            if asked > _LONGEST_PAUSE_SECONDS:
                raise StoppedError(f"{found}; the server asks to wait {asked:.0f} seconds", "run again later")
            if left:
                wait(asked)
                pause *= 2
        advice = "check the address, and that the server is up; then run again"
        raise StoppedError(f"{found}, {_TRIES} times", advice)

    def _once(self, url: str, headers: Mapping[str, str], method: str, file: Sink | None) -> Answer:
        """One request, with the redirections that it meets."""
        for _ in range(_MOST_REDIRECTS):
            answer = self._ask(url, headers, method, file)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            url = urljoin(url, answer.headers["location"])
        raise StoppedError("redirections without an end", "correct the address in the shop file")

    def _ask(self, url: str, headers: Mapping[str, str], method: str, file: Sink | None) -> Answer:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        own = self._headers if origin == self.origin else {}
        connection = self._connected(origin, parts.scheme)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, headers={"User-Agent": "onebasket", **headers, **own})
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        keep = file if response.status in (200, 206) else None
        body = self._body(response, told, keep)
        if response.will_close:
            self.close()
        return Answer(response.status, told, body)

    def _connected(self, origin: str, scheme: str) -> http.client.HTTPConnection:
        if self._open and self._open[0] == origin:
            return self._open[1]
        self.close()
        kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
        connection = kind(origin.partition("://")[2], timeout=self._timeout)
        self._open = origin, connection
        return connection

    def _body(self, response: http.client.HTTPResponse, told: Mapping[str, str], file: Sink | None) -> bytes:
        """All of an answer: into the file, where there is one, else in memory and in time."""
        if file is not None and response.status == 200:
            file.seek(0)
            file.truncate()
        held, size, end = [], 0, time.monotonic() + self._timeout
        try:
            while piece := response.read(_PIECE_BYTES):
                size += len(piece)
                if file is not None:
                    file.write(piece)
                    continue
                held.append(piece)
                if size > _MOST_BYTES:
                    raise StoppedError(
                        f"an answer of more than {_MOST_BYTES >> 20} MB", "ask for smaller pages"
                    )
                if time.monotonic() > end:
                    raise StoppedError(
                        f"an answer that took more than {self._timeout} seconds",
                        "raise timeout_seconds under [source.api], or ask for smaller pages",
                    )
        except (OSError, http.client.HTTPException) as error:
            raise _CutError(f"an answer cut off after {size} bytes", _version(told)) from error
        if (length := response.length) and response.status != 304:
            raise _CutError(f"an answer cut off {length} bytes before its end", _version(told))
        return b"".join(held)


class _CutError(Exception):
    """An answer broke off. `version` names what it was part of, where the server says."""

    def __init__(self, found: str, version: str) -> None:
        super().__init__(found)
        self.found, self.version = found, version


def _version(told: Mapping[str, str]) -> str:
    """What a part of a file may be asked for by: the same file still."""
    strong = told.get("etag", "")
    return strong if strong and not strong.startswith("W/") else told.get("last-modified", "")


def _rest(headers: Mapping[str, str], file: Sink | None, version: str) -> dict[str, str]:
    """Headers that ask for what a file lacks, if it is the same file still."""
    if file is None or not version or not file.tell():
        return dict(headers)
    headers = {name: value for name, value in headers.items() if name not in _CONDITIONS}
    return {**headers, "Range": f"bytes={file.tell()}-", "If-Range": version}


def _checked(answer: Answer) -> Answer:
    """An answer that is one."""
    if answer.status in (200, 206, 304):
        return answer
    said = f"status {answer.status} ({http.client.responses.get(answer.status, 'unknown')})"
    advice = {
        401: "check the token or password that the shop file names",
        403: "check what the token or user may read",
        404: "correct the address in the shop file",
    }
    raise StoppedError(said, advice.get(answer.status, "check the request's parameters"), answer.status)


def _retry_after(answer: Answer) -> float | None:
    """How many seconds the server asks to wait."""
    said = answer.headers.get("retry-after", "").strip()
    with contextlib.suppress(ValueError):
        return max(float(said), 0.0)
    with contextlib.suppress(ValueError, TypeError):
        now = answer.date() or time.time()
        return max(email.utils.parsedate_to_datetime(said).timestamp() - now, 0.0)
    return None
