"""From a key to a tracked event, and from there to the timeline."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from onebasket.store.basket import Basket
from onebasket.store.duckdb_query import query
from tests.journey import shops

LIVE = '\n[[source]]\nname = "app"\nchannel = "app"\nformat = "live"\n'
LITTLE = '\n[learn]\nmodels = ["popularity"]\nseeds = 1\n'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shops.make(tmp_path / "shop", shop=shops.SHOP + LIVE + LITTLE)


def send(port: int, key: str, path: str, event: object) -> tuple[int, dict[str, object]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", path, json.dumps(event), {"x-write-key": key})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_an_event_that_was_sent_stands_in_the_timeline_with_its_customer(shop: Path) -> None:
    assert shops.command("run", shop).returncode == 0
    made = shops.command("keys", "make", shop, "--scope", "write", "--source", "app", "--json")
    key = json.loads(made.stdout)["key"]
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "onebasket", "serve", str(shop), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert str(port) in server.stderr.readline()
        assert send(port, "another", "/v1/identify", {"userId": "u1"})[0] == 401
        traits = {"email": "p1@example.org", "name": "Person B"}
        who = {"userId": "u1", "anonymousId": "a1", "timestamp": "2024-04-01T08:00:00Z"}
        s3 = {"properties": {"sku": "S3"}}
        batch = [
            {"type": "identify", "messageId": "m1", "traits": traits, **who},
            {
                "type": "track",
                "messageId": "m2",
                "event": "Product Viewed",
                **s3,
                **who,
            },
            {"type": "track", "messageId": "m3", **who},
        ]
        for again in (False, True):
            status, told = send(port, key, "/v1/batch", {"batch": batch})
            assert (status, told["accepted"], told["duplicates"], told["rejected"]) == (
                (200, 0, 2, 1) if again else (200, 2, 0, 1)
            )
        assert shops.command("keys", "revoke", shop, made_id(made.stdout)).returncode == 0
        assert send(port, key, "/v1/batch", {"batch": batch})[0] == 401
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
    again = shops.command("run", shop)
    assert again.returncode == 0, again.stderr
    with Basket(shop / "basket").current() as version:  # type: ignore[union-attr]
        _, rows, _ = query(
            version,
            "select distinct l.customer_id = t.customer_id, p.sku from timeline t join timeline l"
            " on l.action = 'purchase' join catalogue p on p.product_id = t.product_id"
            " where t.action = 'view'",
        )
        _, bought, _ = query(version, "select count(distinct customer_id) from timeline")
        _, refused, _ = query(version, "select count(*) from customers where list_contains(sources, 'app')")
    assert (True, "S3") in rows
    assert bought == [(3,)]
    assert refused == [(1,)]
    assert "rejected" in shops.command("quarantine", shop).stdout
    assert "nothing was done" in shops.command("run", shop).stdout


def made_id(said: str) -> str:
    """The id of a key that was made."""
    return str(json.loads(said)["id"])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["keys", "make", "--scope", "write", "--source", "web"], "source web"),
        (["keys", "make", "--scope", "write"], "scopes write, source none"),
        (["keys", "make", "--scope", "red"], "scopes red"),
        (["keys", "revoke", "00000000"], "no key 00000000"),
        (["serve", "--host", "0.0.0.0"], "no API keys"),
        (["serve", "--certificate", "shop.toml"], "one of the two alone"),
    ],
)
def test_wrong_words_are_told(shop: Path, words: list[str], why: str) -> None:
    at = 2 if words[0] == "keys" else 1
    said = shops.command(*words[:at], shop, *words[at:])
    assert said.returncode == 2
    assert why in said.stderr
