"""Each wrong input ends with its own clear error and exit code, and leaves the basket as it was."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journey import shops


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shops.make(tmp_path / "shop")


def edit(shop: Path, old: str, new: str) -> None:
    path = shop / "shop.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refuses(shop: Path, *expected: str, code: int = 2) -> str:
    """The run ends with that code and a message that says all of `expected`, without a traceback."""
    done = shops.command("run", shop)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for text in expected:
        assert text in done.stderr
    return done.stderr


def test_missing_shop_file(tmp_path: Path) -> None:
    refuses(tmp_path, "shop.toml", "onebasket demo")


def test_missing_file(shop: Path) -> None:
    (shop / "lines.csv").unlink()
    refuses(shop, "lines.csv", "till")


def test_empty_file(shop: Path) -> None:
    (shop / "lines.csv").write_bytes(b"")
    refuses(shop, "lines.csv", "empty")


def test_wrong_encoding(shop: Path) -> None:
    text = (shop / "lines.csv").read_text(encoding="utf-8").replace("Thing", "白吐司面包")
    (shop / "lines.csv").write_text(text, encoding="gb18030")
    edit(shop, 'path = "lines.csv"', 'path = "lines.csv"\nencoding = "utf-8"')
    refuses(shop, "lines.csv", "utf-8", "encoding")


def test_unknown_key(shop: Path) -> None:
    edit(shop, 'channel = "store"', 'chanel = "store"')
    refuses(shop, "line 9", "chanel", "channel")


def test_duplicate_source_name(shop: Path) -> None:
    text = (shop / "shop.toml").read_text(encoding="utf-8")
    (shop / "shop.toml").write_text(text + text[text.index("[[source]]") :], encoding="utf-8")
    refuses(shop, "two sources have one name", "till")


def test_wrong_column_map_their_side(shop: Path) -> None:
    edit(shop, 'quantity = "qty"', 'quantity = "quantity"')
    refuses(shop, "lines.csv", "quantity", "qty")


def test_wrong_column_map_our_side(shop: Path) -> None:
    edit(shop, 'quantity = "qty"', 'quantitee = "qty"')
    refuses(shop, "quantitee", "quantity")


def _half_a_million(shop: Path, title: str) -> None:
    """Lines to 500,100, with the title of line 500,000 as given."""
    with (shop / "lines.csv").open("w", encoding="utf-8") as file:
        file.write(shops.HEADER)
        for number in range(500_100):
            text = shops.line(number)
            file.write(text.replace("Thing", title) if number == 499_998 else text)


def test_quote_at_row_500_000_that_never_closes(shop: Path) -> None:
    _half_a_million(shop, '"Thing')
    refuses(shop, "lines.csv", "quotation mark opens on line 500000", "never closed")


def test_broken_quote_at_row_500_000_that_ends_with_its_row(shop: Path) -> None:
    """The one row goes to quarantine, by line and with its text; all others are taken in."""
    _half_a_million(shop, '"Thing"')
    done = shops.command("clean", shop)
    assert done.returncode == 0, done.stderr
    assert "broken_quote" in shops.command("quarantine", shop).stdout
    export = shop / "refused.ndjson"
    assert shops.command("quarantine", shop, "--export", export).returncode == 0
    (row,) = export.read_text(encoding="utf-8").splitlines()
    assert '"line": 500000' in row


def test_two_runs_at_once(shop: Path) -> None:
    assert shops.command("run", shop).returncode == 0
    with (shop / "basket" / "LOCK").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refuses(shop, "Another run is at work", code=1)


def _mounts() -> bool:
    """Whether this machine lets us mount a small disk in a namespace of our own."""
    call = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return bool(shutil.which("unshare")) and subprocess.run(call, capture_output=True).returncode == 0


needs_mount = pytest.mark.skipif(not _mounts(), reason="no permission to mount a tmpfs here")


def _inside(script: str) -> subprocess.CompletedProcess[str]:
    call = ["unshare", "--map-root-user", "--mount", "bash", "-euc", script]
    return subprocess.run(call, capture_output=True, text=True, check=False, env={**os.environ})


@needs_mount
def test_full_disk(shop: Path) -> None:
    assert shops.command("fuse", shop).returncode == 0
    published = (shop / "basket" / "CURRENT").read_text()
    basket, python = shop / "basket", sys.executable
    done = _inside(
        f"""
        cp -r {basket} {shop}/kept; mount -t tmpfs -o size=1m tmpfs {basket}
        cp -r {shop}/kept/. {basket}/; rm -rf {shop}/kept
        head -c 10000000 /dev/zero > {basket}/filler 2>/dev/null || true
        code=0; {python} -m onebasket fuse {shop} --again || code=$?
        echo "code $code"; cat {basket}/CURRENT; {python} -m onebasket status {shop} >/dev/null
        """
    )
    assert "code 1" in done.stdout, done.stdout + done.stderr
    assert "full" in done.stderr
    assert "Traceback" not in done.stderr
    assert published.strip() in done.stdout


@needs_mount
def test_no_write_permission(shop: Path) -> None:
    done = _inside(
        f"""
        mount --bind {shop} {shop}; mount -o remount,ro,bind {shop}
        code=0; {sys.executable} -m onebasket run {shop} || code=$?
        echo "code $code"
        """
    )
    assert "code 1" in done.stdout, done.stdout + done.stderr
    assert "read-only" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_search_without_a_timeline_model(tmp_path: Path) -> None:
    shop = shops.make(tmp_path / "shop", lines=3)
    done = shops.command("learn", shop, "--model", "habit", "--search", "5")
    assert done.returncode == 2
    assert "nothing to search" in done.stderr and "--model timeline --search 5" in done.stderr
    assert not (shop / "basket").exists()
