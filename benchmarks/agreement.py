"""Whose an event is: as the live state says right after, as the next run says, and as a run over files says.

    python benchmarks/agreement.py SHOP [--source app] [--into FOLDER]

SHOP has run; its source reads Segment's events from files (`app` of `onebasket demo`). In a copy without a
basket this source is live. The copy runs without these events, is served, and is sent all of them, in the
order of the files. Once the live state has counted them a copy of the copy runs over the same inbox. Then the
customer of each event, as the API says (where no question leads there, the state's file), is compared with
that of the run; and the customers of the run with those of SHOP's own version, where the same events came
from files. Ids are compared where one may: a run that saw SHOP for the first time gives others. There
customers are paired off, each with the one that has most of its records, both ways. FOLDER keeps the copies;
what they have run is not run again.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from onebasket.serve.live.following import path_of
from onebasket.serve.live.recall import Recall
from onebasket.shop import load
from onebasket.store.basket import Basket
from serve import ask, serving
from shops import asked, copied, key, onebasket

_SENTINEL = "the-last-one-of-all"
_BATCH = 100
_PATIENCE = 600.0  # seconds that the live state may need
_PAGE = 500

Event = dict[str, Any]


def events_of(shop: Path, source: str) -> list[Event]:
    """All events of a source, in the order of its files."""
    found = []
    for path in sorted(shop.glob(f"exports/{source}/*.ndjson.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return found


class Asker:
    """A server's API."""

    def __init__(self, port: int, read: str) -> None:
        self.port, self.read = port, read
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What it says; None: it knows nothing of it."""
        told = {"x-api-key": self.read, "content-type": "application/json"}
        self.connection.request(method, path, None if body is None else json.dumps(body), told)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status == 404:
            return None
        assert answer.status == 200, (answer.status, text[:500])
        return json.loads(text)

    def customer(self, **identifiers: str) -> str | None:
        """Who has them."""
        found = self.ask("POST", "/v1/customers/lookup", {"identifiers": identifiers})
        return None if found is None else found["customer_id"]

    def live_events(self, customer: str, source: str) -> Iterator[tuple[str, str]]:
        """Message ids of what came in live of a customer, and the id that the customer has now."""
        before = ""
        while True:
            page = self.ask("GET", f"/v1/customers/{customer}/timeline?limit={_PAGE}{before}")
            if page is None:
                return
            for event in page["events"]:
                if event["live"] and event["source"] == source:
                    yield event["event_id"].rpartition("#")[0], page["customer_id"]
            if not page["next"]:
                return
            before = f"&before={quote(page['next'])}"

    def follows(self) -> float:
        """Wait until the last event counts; seconds."""
        began = time.monotonic()
        while self.customer(cookie=_SENTINEL) is None:
            assert time.monotonic() - began < _PATIENCE, "the live state stands still"
            time.sleep(0.05)
        return time.monotonic() - began


def sent(port: int, write: str, events: Iterable[Event]) -> Counter[str]:
    """Send events; what became of them."""
    made: Counter[str] = Counter()
    left = iter(events)
    while some := list(islice(left, _BATCH)):
        status, told = ask(port, write, "POST", "/v1/batch", {"batch": some})
        assert status == 200, told
        made.update({name: told[name] for name in ("accepted", "duplicates", "rejected")})
    return made


def of_run(shop: Path, source: str) -> tuple[dict[str, str], dict[str, str]]:
    """Of a published version: the record of each event of a source, and the customer of each record."""
    events = asked(
        shop, f"select distinct event_id, record_id from events where source = '{source}'"
        " and record_id is not null",
    )  # fmt: skip
    links = asked(shop, "select record_id, customer_id from customer_links")
    return (
        {row["event_id"]: row["record_id"] for row in events},
        {row["record_id"]: row["customer_id"] for row in links},
    )


def of_server(
    api: Asker,
    source: str,
    records: Mapping[str, str],
    customers: Mapping[str, str],
    said: Mapping[str, Event],
) -> dict[str, str]:
    """Whose each record of live events is for the server, as far as it can be asked: through timelines of the
    customers that a run has, else of those who are found by the record's identifiers, the surest first."""
    found: dict[str, str] = {}

    def look(customer: str) -> None:
        for event, now in api.live_events(customer, source):
            if record := records.get(event):
                found.setdefault(record, now)

    for customer in sorted({customers[record] for record in records.values()}):
        look(customer)
    seen = set(found.values())
    for event, record in records.items():
        if record in found:
            continue
        named = [who for each in _identifiers(said[event]) if (who := api.customer(**each)) is not None]
        for customer in named:
            if customer not in seen:
                seen.add(customer)
                look(customer)
        if record not in found and named:  # a timeline holds so many live events, and these were earlier
            found[record] = named[0]
    return found


def of_state(shop: Path, records: Iterable[str]) -> dict[str, str]:
    """Whose records are, as the file of the live state says: of those whom nobody can ask for, as what they
    carry is several people's, and whose events are older than those that a timeline holds."""
    version = Basket(load(shop).basket).current()
    assert version is not None
    with version:
        recall = Recall(path_of(shop, version))
    return {each: recall.current(whose) for each in records if (whose := recall.customer(each))}


def _identifiers(event: Event) -> Iterator[dict[str, str]]:
    traits = event.get("traits") or {}
    for name, value in (
        ("account", event.get("userId")), ("cookie", event.get("anonymousId")),
        ("device", event["context"]["device"]["id"]), ("email", traits.get("email")),
    ):  # fmt: skip
        if value:
            yield {name: value}


def paired(one: Mapping[str, str], other: Mapping[str, str]) -> set[str]:
    """Records that two partitions put into the same customer: each one's counterpart has most of its
    records, and that one's is it."""
    both = one.keys() & other.keys()
    shared = Counter((one[record], other[record]) for record in both)
    there: dict[str, tuple[int, str]] = defaultdict(lambda: (0, ""))
    back: dict[str, tuple[int, str]] = defaultdict(lambda: (0, ""))
    for (a, b), count in shared.items():
        there[a], back[b] = max(there[a], (count, b)), max(back[b], (count, a))
    return {record for record in both if back[there[one[record]][1]][1] == one[record]
            and there[one[record]][1] == other[record]}  # fmt: skip


class Joined:
    """Records that hang together by pairs."""

    def __init__(self) -> None:
        self.roots: dict[str, str] = {}

    def root(self, record: str) -> str:
        """The one that stands for all of them."""
        while (above := self.roots.setdefault(record, record)) != record:
            self.roots[record] = self.roots[above]
            record = above
        return record

    def join(self, pairs: Iterable[tuple[str, str]]) -> Joined:
        """With more pairs."""
        for one, other in pairs:
            self.roots[self.root(one)] = self.root(other)
        return self

    def groups(self, records: Iterable[str]) -> dict[str, frozenset[str]]:
        """Of each record, all that hang together with it."""
        members: dict[str, list[str]] = defaultdict(list)
        for record in records:
            members[self.root(record)].append(record)
        return {each: group for some in members.values() for group in [frozenset(some)] for each in some}


def reasons(shop: Path, former: Path, customers: Mapping[str, str]) -> dict[str, str]:
    """What, beside identifiers and what was joined in the former version, a run's customers hang together by:
    of each record."""
    whole: dict[str, list[str]] = defaultdict(list)
    for record, customer in customers.items():
        whole[customer].append(record)
    edges = asked(shop, "select record_a, record_b, kind from customer_edges")
    ties = {
        "orders that two sources tell": [_pair(row) for row in edges if row["kind"] == "order"],
        "likeness": [
            _pair(row) for row in asked(shop, "select record_a, record_b from customer_matches where joined")
        ],
    }
    said = asked(former, "select record_id, customer_id from customer_links")
    before = [(row["record_id"], row["customer_id"]) for row in said]

    def groups(*names: str) -> dict[str, frozenset[str]]:
        made = Joined().join(_pair(row) for row in edges if row["kind"] != "order").join(before)
        return made.join(pair for name in names for pair in ties[name]).groups(customers)

    found = dict.fromkeys(customers, "both")
    for name, made in [*((name, groups(name)) for name in ties), ("identifiers alone", groups())]:
        for record, customer in customers.items():
            if len(made[record]) == len(whole[customer]) and made[record] == set(whole[customer]):
                found[record] = name
    parted = groups(*ties)
    for record, customer in customers.items():
        if not made[record] <= set(whole[customer]) or parted[record] != set(whole[customer]):
            found[record] = "the run joins less than identifiers and the former version did"
    return found


def _pair(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["record_a"], row["record_b"]


def told(name: str, records: Mapping[str, str], same: Iterable[str], known: Iterable[str]) -> None:
    """A row of the table; `records`: of each event."""
    right, able = set(same), set(known)
    counted = [record for record in records.values() if record in able]
    hits = sum(record in right for record in counted)
    print(f"| {name} | {len(counted):,} | {hits:,} | {hits / max(len(counted), 1):.5f} |", flush=True)


def compare(asked_for: argparse.Namespace, folder: Path) -> None:
    """All of it."""
    shop, source = asked_for.shop, asked_for.source
    live, following = folder / "live", folder / "next"
    for old in (live / "inbox", live / "live", following):
        shutil.rmtree(old, ignore_errors=True)
    copied(shop, live, source, published=False)
    onebasket("learn", live)
    events = events_of(shop, source)
    write = key(live, "--scope", "write", "--source", source)
    read = key(live, "--scope", "read", "--scope", "personal")
    command = ("-m", "onebasket", "serve", str(live), "--port", "{port}")
    with serving(*command) as server:
        began = time.monotonic()
        became = sent(server.port, write, events)
        seconds = time.monotonic() - began
        last = {"type": "track", "event": "Sentinel", "anonymousId": _SENTINEL, "messageId": _SENTINEL}
        sent(server.port, write, [last])
        behind = Asker(server.port, read).follows()
    print(
        f"{len(events):,} events sent in {seconds:.0f} s: {dict(became)};"
        f" counted {behind:.1f} s after the last"
    )
    shutil.copytree(live, following)
    onebasket("fuse", following)
    records, customers = of_run(following, source)
    records.pop(_SENTINEL)
    with serving(*command) as server:
        api = Asker(server.port, read)
        api.follows()
        at_once = of_server(api, source, records, customers, {each["messageId"]: each for each in events})
    at_once |= of_state(live, set(records.values()) - at_once.keys())
    before, were = of_run(shop, source)
    report(following, live, (records, customers), at_once, (before, were))


def report(
    shop: Path, former: Path, run: tuple[dict[str, str], dict[str, str]], live: Mapping[str, str],
    files: tuple[dict[str, str], dict[str, str]],
) -> None:  # fmt: skip
    """The table, and the differences."""
    (records, customers), (before, were) = run, files
    mine = {record: customers[record] for record in set(records.values())}
    print("| compared | events | the same customer | share |\n|---|---|---|---|")
    same = {record for record in mine if live.get(record) == mine[record]}
    told("live, next run: ids", records, same, mine)
    told("live, next run: grouping of the events' records", records, paired(live, mine), mine)
    told("next run, run over files: grouping of all records", records, paired(customers, were), mine)
    told("live, run over files: grouping of the events' records", records,
         paired(live, {each: were[each] for each in set(before.values())}), mine)  # fmt: skip
    print(f"\nevents of the run that files do not have: {len(records.keys() - before.keys()):,};"
          f" of files that the run does not have: {len(before.keys() - records.keys()):,}")  # fmt: skip
    why = reasons(shop, former, customers)
    counted: Counter[tuple[str, str]] = Counter()
    for record in records.values():
        if record not in same:
            how = "another id" if record in live else "nobody knows it"
            counted[why[record], how] += 1
    print("\n| live differs from the next run: the run's customer hangs together by | and it has | events |"
          "\n|---|---|---|")  # fmt: skip
    for (reason, how), count in counted.most_common():
        print(f"| {reason} | {how} | {count:,} |")
    for record in sorted(mine.keys() - same)[:10]:
        print(record, mine[record], live.get(record), why[record], file=sys.stderr)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("shop", type=Path)
    parser.add_argument("--source", default="app")
    parser.add_argument("--into", type=Path)
    asked_for = parser.parse_args()
    if asked_for.into:
        compare(asked_for, asked_for.into)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(asked_for, Path(folder))


if __name__ == "__main__":
    main()
