"""The shop's key: made once, closed to others, never shown, and missed when it is gone."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.errors import PrivacyError
from onebasket.protect import Key, load_or_make, open_key
from onebasket.protect.keys import ENVIRONMENT, key_path

KEY = Key(bytes(range(32)), Path("shop.key"))


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


def write(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


class TestMaking:
    def test_the_first_run_makes_it_for_the_owner_alone(self, tmp_path: Path) -> None:
        previous = os.umask(0)
        try:
            key = load_or_make(tmp_path, None)
        finally:
            os.umask(previous)
        assert key.path == tmp_path / "keys" / "shop.key"
        assert stat.S_IMODE(key.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(key.path.parent.stat().st_mode) == 0o700
        assert len(base64.b64decode(key.path.read_text())) == 32

    def test_later_runs_find_the_same_one(self, tmp_path: Path) -> None:
        key = load_or_make(tmp_path, None)
        assert (
            load_or_make(tmp_path, None)
            == key
            == load_or_make(tmp_path, key.id)
            == open_key(tmp_path, key.id)
        )

    def test_two_shops_have_two_keys(self, tmp_path: Path) -> None:
        one, two = load_or_make(tmp_path / "a", None), load_or_make(tmp_path / "b", None)
        assert one.secret != two.secret and one.id != two.id and one.pepper != two.pepper

    def test_it_may_lie_elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "safe" / "my.key"))
        assert load_or_make(tmp_path / "shop", None).path == tmp_path / "safe" / "my.key"
        assert not (tmp_path / "shop").exists()

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "keys").write_text("a file in its place")
        with pytest.raises(PrivacyError) as error:
            load_or_make(tmp_path, None)
        assert str(tmp_path / "keys") in str(error.value)


class TestOpening:
    def test_a_lost_key_is_not_made_anew_while_a_basket_needs_it(self, tmp_path: Path) -> None:
        key = load_or_make(tmp_path, None)
        key.path.unlink()
        with pytest.raises(PrivacyError, match="missing") as error:
            load_or_make(tmp_path, key.id)
        assert key.id in str(error.value) and "backup" in str(error.value)
        assert not key.path.exists()

    def test_a_wrong_key(self, tmp_path: Path) -> None:
        key = load_or_make(tmp_path / "a", None)
        other = load_or_make(tmp_path / "b", None)
        with pytest.raises(PrivacyError, match="not this basket's key") as error:
            open_key(tmp_path / "b", key.id)
        assert key.id in str(error.value) and other.id in str(error.value)

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o777])
    def test_a_key_open_to_others(self, tmp_path: Path, mode: int) -> None:
        key = load_or_make(tmp_path, None)
        key.path.chmod(mode)
        with pytest.raises(PrivacyError, match="open to other users") as error:
            open_key(tmp_path, key.id)
        assert f"{mode:o}" in str(error.value) and "chmod 600" in str(error.value)

    @pytest.mark.parametrize(
        "text", ["", "x", "AAAA", base64.b64encode(bytes(31)).decode(), "A" * 44, "é" * 44]
    )
    def test_a_damaged_key(self, tmp_path: Path, text: str) -> None:
        write(key_path(tmp_path), text)
        with pytest.raises(PrivacyError, match=r"damaged|cannot be read") as error:
            open_key(tmp_path, None)
        assert len(text) < 5 or text not in str(error.value)

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        key_path(tmp_path).mkdir(parents=True, mode=0o700)
        with pytest.raises(PrivacyError, match="cannot be read"):
            open_key(tmp_path, None)

    @pytest.mark.parametrize("basket", [None, "0123456789abcdef"])
    def test_no_error_shows_the_secret(self, tmp_path: Path, basket: str | None) -> None:
        key = load_or_make(tmp_path, None)
        key.path.chmod(0o644)
        for _ in range(2):
            try:
                open_key(tmp_path, basket)
            except PrivacyError as error:
                shown = f"{error} {error!r} {error.args}"
                assert base64.b64encode(key.secret).decode() not in shown and key.secret.hex() not in shown
            key.path.chmod(0o600)


class TestKey:
    def test_it_never_shows_its_secret(self) -> None:
        shown = f"{KEY} {KEY!r} {[KEY]} {KEY.id}"
        assert KEY.id in shown
        assert KEY.secret.hex() not in shown and repr(KEY.secret) not in shown
        assert base64.b64encode(KEY.secret).decode() not in shown

    def test_what_is_derived_does_not_change(self) -> None:
        """Baskets written today must open tomorrow."""
        assert KEY.id == "0df7c3865936db0c"
        assert KEY.pepper == "f47f6561e35da206dfb4b95ffe0ee0effae80654411b13670c364a8313a8c8d9"
        assert KEY.pseudonym("email", "ada@example.org") == "128e843892d7a2ebe2c657d6e383f56e"

    def test_each_purpose_has_its_own_secret(self) -> None:
        derived = {KEY.derive(purpose) for purpose in ("id", "parquet", "pseudonym", "pepper")}
        assert len(derived) == 4 and KEY.secret not in derived
        assert all(len(secret) == 32 for secret in derived)

    @settings(max_examples=50, deadline=None)
    @given(st.text(), st.text(), st.sampled_from(["email", "phone"]), st.sampled_from(["email", "phone"]))
    def test_pseudonyms_are_equal_when_kind_and_value_are(self, a: str, b: str, c: str, d: str) -> None:
        one, two = KEY.pseudonym(c, a), KEY.pseudonym(d, b)
        assert (one == two) == ((c, a) == (d, b))
        assert len(one) == 32 and set(one) <= set("0123456789abcdef")
        assert Key(bytes(32), Path()).pseudonym(c, a) != one

    def test_two_equal_keys_are_equal_and_hash_alike(self) -> None:
        assert len({KEY, Key(bytes(range(32)), Path("shop.key"))}) == 1
