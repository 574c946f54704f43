"""A JSON API asked page by page. What came is kept, however the load ends; the next one goes on there.

The cursor moves once all pages came: to the last time of change that was seen, but not beyond the moment
when the load began. What changed meanwhile on pages that had been read is asked for again by the next load.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import msgspec
import pyarrow as pa

from onebasket.accounting import Progress
from onebasket.collect.databases import public_url
from onebasket.collect.landing.place import KEPT, Load, Place
from onebasket.collect.landing.presets import resolved
from onebasket.collect.landing.records import (
    Record,
    ShapeError,
    moment,
    order_of,
    record_of,
    records_of,
    value_at,
)
from onebasket.collect.landing.web import Answer, StoppedError, Web
from onebasket.collect.opening import keys_of
from onebasket.errors import SourceError
from onebasket.protect.secrets import Secrets
from onebasket.shop import Shop, Source
from onebasket.store.digests import digests

CHUNK_RECORDS = 5_000
_FORGOTTEN = (400, 404, 410, 422)  # what servers say to a page that they no longer know


def fetch(shop: Shop, source: Source, place: Place, progress: Progress) -> None:
    """Land the records of an API that are new. Raises SourceError; what came until then is kept."""
    secrets = Secrets(shop.folder)
    source = resolved(source)
    assert source.url and source.api
    headers = {name: secrets.fill(value) for name, value in source.headers.items()}
    web = Web(secrets.fill_url(source.url), headers, source.api.timeout_seconds)
    with contextlib.closing(web):
        try:
            _Load(source, place, web, secrets).run(progress)
        except StoppedError as error:
            error.found = secrets.hide(error.found)
            raise error.of(source.name, public_url(source.url), KEPT) from None


class _Load:
    """One load, as far as it has come."""

    def __init__(self, source: Source, place: Place, web: Web, secrets: Secrets) -> None:
        assert source.api and source.url
        self._source, self._api, self._place, self._web = source, source.api, place, web
        parts = urlsplit(secrets.fill_url(source.url))
        self._url = f"{web.origin}{parts.path}"
        self._params = [*parse_qsl(parts.query), *self._api.params.items()]
        self._params = [(name, secrets.fill(value)) for name, value in self._params]
        self._held: list[Record] = []
        self._met: set[bytes | str | int] = set()

    def run(self, progress: Progress) -> None:
        """Ask for page after page, from where the last load broke off."""
        state = self._place.state
        resumed = state.load is not None
        load = state.load = state.load or Load(self._first())
        fetched = 0
        try:
            while load.position is not None:
                try:
                    answer = self._web.get(self._page(load.position))
                except StoppedError as error:
                    if not (resumed and error.status in _FORGOTTEN):
                        raise
                    load.position, load.pages = self._first(), 0
                    answer = self._web.get(self._page(load.position))
                resumed = False
                fetched += self._take(answer, load)
                progress(f"fetch {self._source.name}", fetched, 0)
                if len(self._held) >= CHUNK_RECORDS:
                    self._land()
        finally:
            self._land()
        state.load = None
        state.cursor = load.mark or state.cursor
        self._place.save()

    def _take(self, answer: Answer, load: Load) -> int:
        """Hold the records of a page, and see which one comes next."""
        try:
            found = records_of(answer.body, self._api.records, self._api.each)
            page = [record_of(raw, self._source.keys, self._source.cursor) for raw in found]
        except ShapeError as error:
            raise self._shape(error.found, error.expected) from None
        self._guard(page, load)
        if load.started is None:
            load.started = answer.date()
        for record in page:
            self._note(record, load)
        self._held += page
        load.position = self._next(answer, load, len(page))
        return len(page)

    def _note(self, record: Record, load: Load) -> None:
        """The cursor goes to the greatest that was seen, unless it is later than the load's begin."""
        if record.cursor is None:
            return
        time = moment(record.cursor)
        if time is not None and load.started is not None and time > load.started:
            return
        if load.mark is None or order_of(record.cursor) > order_of(load.mark):
            load.mark = record.cursor

    def _guard(self, page: Sequence[Record], load: Load) -> None:
        """Paging ends: no page comes twice, and there are not too many."""
        load.pages += 1
        if load.pages > self._api.most_pages:
            raise self._shape(f"more than {self._api.most_pages} pages", "fewer, or a larger most_pages")
        if page:
            said = hashlib.sha256("\n".join(record.text for record in page).encode()).digest()
            if said in self._met:
                raise self._shape("the same page again", "another page for each number, cursor or link")
            self._met.add(said)

    def _next(self, answer: Answer, load: Load, count: int) -> str | int | None:
        """Where the next page is; None after the last."""
        api, position = self._api, load.position
        found: Any = None
        match api.paging:
            case "page" | "offset" if count:
                assert isinstance(position, int)
                return position + (1 if api.paging == "page" else count)
            case "cursor":
                found = value_at(msgspec.json.decode(answer.body), api.next)
            case "link":
                found = answer.links().get("next")
                found = self._own(found) if found else None
        if found in (None, "", False):
            return None
        if found in self._met:
            raise self._shape("a page that leads back to an earlier one", "pages that come to an end")
        self._met.add(str(found))
        return str(found)

    def _own(self, link: str) -> str:
        """A link to the next page, on the server that was asked: no other gets its token."""
        url = urljoin(self._url, link)
        if urlsplit(url).netloc.rpartition("@")[2] != urlsplit(self._web.origin).netloc:
            raise self._shape("a next page on another server", f"one on {self._web.origin}")
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"

    def _first(self) -> str | int:
        match self._api.paging:
            case "page":
                return self._api.first_page
            case "offset":
                return 0
            case _:
                return ""

    def _page(self, position: str | int) -> str:
        """The URL of a page."""
        if self._api.paging == "link" and position:
            return urljoin(self._web.origin, str(position))
        params = [*self._params]
        if self._api.size:
            params.append((self._api.size, str(self._api.per_page)))
        if self._api.page and position != "":
            params.append((self._api.page, str(position)))
        if self._api.since and self._place.state.cursor is not None:
            params.append((self._api.since, self._since(self._place.state.cursor)))
        return f"{self._url}?{urlencode(params)}" if params else self._url

    def _since(self, cursor: str) -> str:
        """From where on records are asked for."""
        if not self._source.late_days:
            return cursor
        if moment(cursor) is None:
            raise self._shape(
                f"a cursor that is no time ({self._source.cursor})", "a time, as late_days is set"
            )
        return (dt.datetime.fromisoformat(cursor) - dt.timedelta(days=self._source.late_days)).isoformat()

    def _land(self) -> None:
        """Write what is held, and from which page the next load would go on."""
        held, self._held = self._held, []
        if not held:
            return
        rows = pa.table({"c0": pa.array([record.text for record in held], pa.string())})
        keys = [f"k{place}" for place in range(len(self._source.keys))]
        columns = zip(*(record.key for record in held), strict=True)
        named = pa.table({**dict(zip(keys, map(pa.array, columns), strict=True)), "c0": rows["c0"]})
        header = keys_of(msgspec.json.decode(record.text) for record in held)
        self._place.land(rows, "ndjson", header, digests(named, keys, self._place.secret))
        self._place.save()

    def _shape(self, found: str, expected: str) -> SourceError:
        assert self._source.url
        url = public_url(self._source.url)
        return SourceError(
            f"Source {self._source.name}: {url} does not answer as the shop file says.",
            found=found,
            expected=expected,
            state=KEPT,
            next_step="correct [source.api] in the shop file, or ask whoever runs the server",
        )
