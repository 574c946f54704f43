"""Keys: made, found, revoked; only hashes are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from onebasket.errors import PrivacyError
from onebasket.serve.keys import FILE, Keys, Scope


def test_made_found_and_revoked(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert keys.all() == [] and keys.find("ob_read_x") is None
    write, kept = keys.make(["write"], name="pages", source="web", origins=["https://shop.example"])
    read, other = keys.make(["read", "personal"])
    assert write.startswith("ob_write_") and write.endswith(kept.ends) and write != read
    fresh = Keys(tmp_path)
    assert fresh.find(write) == kept and fresh.find(read) == other and fresh.all() == [kept, other]
    gone = keys.revoke(kept.id)
    assert gone.revoked and fresh.find(write) is None and fresh.find(read) == other
    with pytest.raises(PrivacyError, match=other.id):
        keys.revoke(kept.id)


def test_no_key_is_on_disk(tmp_path: Path) -> None:
    key, _ = Keys(tmp_path).make(["admin"])
    assert key not in (tmp_path / FILE).read_text() and (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("scopes", "source"), [([], ""), (["write"], ""), (["read"], "web"), (["write", "read"], "web")]
)
def test_what_does_not_go_together(scopes: list[Scope], source: str, tmp_path: Path) -> None:
    with pytest.raises(PrivacyError, match="cannot be made"):
        Keys(tmp_path).make(scopes, source=source)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    "text",
    ["", "{}", '[{"id": 1}]', "\udc80", '[{"id":"a","hash":"b","ends":"c","scopes":["root"],"made":""}]'],
)
def test_a_damaged_file_is_told(text: str, tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.make(["read"])
    (tmp_path / FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    for use in (keys.all, lambda: keys.find("x"), lambda: keys.make(["read"])):
        with pytest.raises(PrivacyError, match=r"api\.json"):
            use()


def test_a_file_that_others_may_read_is_told(tmp_path: Path) -> None:
    Keys(tmp_path).make(["read"])
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(PrivacyError, match="mode 644"):
        Keys(tmp_path).all()
