"""Rules between values of a source: where it is, how it is asked, and that no secret stands there."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from onebasket.shop.settings import Identity, Source

# Where a mistake stands, what it is, what was found, what was expected.
Mistake = tuple[str, str, str, str]
_WEB = ("http://", "https://")
_SECRET = re.compile(r"auth|token|key|secret|passw|cookie|signature", re.IGNORECASE)
_FILLED = re.compile(r"\$\{\w+\}")
_HERE = ("localhost", "127.0.0.1", "::1")
_ELSEWHERE = "${NAME}: a variable of that name, or a line in secrets.toml; see docs/sources.md"


def source_mistakes(at: str, source: Source, names: set[str]) -> Iterator[Mistake]:
    """What is wrong with one source; `names` are those of the sources before it."""
    if source.name in names:
        yield f"{at}.name", "two sources have one name", source.name, "a name of its own"
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", source.name):
        yield f"{at}.name", "not a source name", repr(source.name), "lower-case letters, digits, - and _"
    if source.live and (source.paths or source.url):
        yield f"{at}.path", "a live source has neither path nor url", source.name, "one without either"
    if not source.live and bool(source.paths) == bool(source.url):
        yield f"{at}.path", "a source needs either path or url", source.name, "one of the two"
    yield from _asked_mistakes(at, source)
    yield from _landing_mistakes(at, source)
    yield from _secret_mistakes(at, source)
    yield from _open_mistakes(at, source)
    yield from place_mistakes(at, source)


def _asked_mistakes(at: str, source: Source) -> Iterator[Mistake]:
    """What a url is asked for."""
    asked = [name for name in ("query", "table") if getattr(source, name)]
    if source.api is not None:
        yield from _api_mistakes(at, source)
    elif source.url and source.url.startswith(_WEB):
        yield f"{at}.url", "an API needs [source.api]", source.name, "[source.api], or path for a file"
    elif source.url and len(asked) != 1:
        found = " and ".join(asked) or "neither"
        yield f"{at}.url", "a source with url needs a query", found, 'query = "select …" or table = "…"'
    if source.paths and asked:
        yield f"{at}.{asked[0]}", "files have no query", source.name, "url instead of path"
    if source.remote and not all("://" in path for path in source.paths):
        yield f"{at}.path", "here and elsewhere at once", source.name, "two sources"


def _api_mistakes(at: str, source: Source) -> Iterator[Mistake]:
    api = source.api
    assert api is not None
    if not (source.url or "").startswith(_WEB):
        yield f"{at}.url", "an API needs an address", source.url or "none", "https://…"
    if api.preset and api.resource not in ("orders", "customers", "products"):
        expected = "orders, customers or products"
        yield f"{at}.api.resource", "not something to fetch", repr(api.resource), expected
    if api.paging in ("page", "offset", "cursor") and not api.page:
        yield f"{at}.api.page", "no parameter for the page", api.paging, 'such as page = "page"'
    if api.paging == "cursor" and not api.next:
        yield f"{at}.api.next", "nothing says the next cursor", "none", 'such as next = "meta.next"'
    if api.since and not source.cursor:
        yield f"{at}.cursor", "since needs a cursor", "none", "the field that its values are those of"
    for name in ("per_page", "timeout_seconds", "most_pages"):
        if getattr(api, name) < 1:
            yield f"{at}.api.{name}", "too small", str(getattr(api, name)), "1 or more"


def _landing_mistakes(at: str, source: Source) -> Iterator[Mistake]:
    """What says which rows are new."""
    preset = source.api is not None and source.api.preset
    if source.url and source.landed and not source.keys and not preset:
        yield f"{at}.key", "nothing names a row", source.name, 'key = "id", or several columns'
    if source.cursor and not source.url:
        yield f"{at}.cursor", "files have no cursor", source.name, "url instead of path"
    if source.keys and not (source.url and source.landed):
        yield f"{at}.key", "a key without a cursor", source.name, 'cursor = "updated_at"'
    if source.late_days < 0:
        yield f"{at}.late_days", "too small", str(source.late_days), "0 or more"
    if source.late_days and not (source.cursor or preset):
        yield f"{at}.late_days", "late rows need a cursor", source.name, 'cursor = "updated_at"'
    if source.headers and not any(each.startswith(_WEB) for each in (source.url or "", *source.paths)):
        yield f"{at}.headers", "nothing that takes headers", source.name, "a source that is https://…"


def _secret_mistakes(at: str, source: Source) -> Iterator[Mistake]:
    """Secrets that stand in the shop file. They are not shown."""
    for name, url in (("url", source.url or ""), *(("path", path) for path in source.paths)):
        user, _, _ = urlsplit(url).netloc.rpartition("@")
        said = [("password", user.partition(":")[2]), *parse_qsl(urlsplit(url).query)]
        for what, value in said:
            if _secret(what, value):
                yield f"{at}.{name}", f"a secret stands in the shop file ({what})", "not shown", _ELSEWHERE
    given = {"headers": source.headers, "api.params": source.api.params if source.api else {}}
    for where, values in given.items():
        for name, value in values.items():
            if _secret(name, value):
                yield f"{at}.{where}", f"a secret stands in the shop file ({name})", "not shown", _ELSEWHERE


def _open_mistakes(at: str, source: Source) -> Iterator[Mistake]:
    """Secrets that would be sent for everybody on the way to read."""
    for name, url in (("url", source.url or ""), *(("path", path) for path in source.paths)):
        parts = urlsplit(url)
        clear = parts.scheme == "http" and parts.hostname not in _HERE
        if clear and (source.headers or "@" in parts.netloc):
            yield f"{at}.{name}", "secrets would be sent unencrypted", f"http://{parts.hostname}", "https://"


def _secret(name: str, value: str) -> bool:
    return bool(_SECRET.search(name) and value and not _FILLED.search(value))


def place_mistakes(at: str, said: Identity | Source) -> Iterator[Mistake]:
    """Currency, country and time zone, where they are said."""
    if said.currency is not None:
        yield from currency_mistakes(f"{at}.currency", said.currency)
    if said.country is not None and not re.fullmatch("[A-Z]{2}", said.country):
        yield f"{at}.country", "not a country code", said.country, "ISO 3166 alpha-2, such as DE"
    if said.timezone is not None:
        try:
            zoneinfo.ZoneInfo(said.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            yield f"{at}.timezone", "unknown time zone", said.timezone, "an IANA name such as Europe/Berlin"


def currency_mistakes(where: str, currency: str) -> Iterator[Mistake]:
    """A currency that is none."""
    if not re.fullmatch("[A-Z]{3}", currency):
        yield where, "not a currency code", currency, "ISO 4217, such as EUR"
