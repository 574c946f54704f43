"""Keys of the API: what each may do, kept as hashes only.

    keys/api.json      one entry a key, in a file of mode 600 beside the shop's own key

A key is shown once, when it is made: 24 random bytes, which nobody guesses, so that one SHA-256 of it is
enough to keep. Write keys stand in web pages for everybody to read; they can do nothing but write. That of
another collector may be adopted, so that pages and apps need not change. The secret that a shop system signs
its webhooks with is a key, too: it is kept, sealed with the shop's key.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec

from onebasket.durable import write_whole
from onebasket.errors import PrivacyError
from onebasket.protect import Key, load_or_make
from onebasket.shop import Shop
from onebasket.store.basket import Basket

Scope = Literal["write", "read", "personal", "admin", "webhook"]
SCOPES: tuple[Scope, ...] = ("write", "read", "personal", "admin", "webhook")
WEBHOOKS = "webhooks"  # what their secrets are sealed for
FILE = Path("keys") / "api.json"
_BYTES = 24
_SHOWN = 4  # letters of a key by which people know it again


class ApiKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key as it is kept."""

    id: str
    hash: str  # SHA-256 of the key, hex
    ends: str  # its last letters
    scopes: tuple[Scope, ...]
    made: str  # ISO 8601, UTC
    name: str = ""  # what for, in the words of whoever made it
    source: str = ""  # the source of the shop file that its events belong to; write keys only
    origins: tuple[str, ...] = ()  # web pages that may use it; none stated: any may write, none may read
    per_minute: int = 0  # requests; 0: the default of its scope
    revoked: str = ""  # when; "": it holds
    sealed: str = ""  # the secret of webhooks, encrypted


class Keys:
    """The keys of a shop. Reads the file anew whenever it has changed."""

    def __init__(self, shop_folder: Path) -> None:
        self.path = shop_folder / FILE
        self._seen: tuple[int, int] | None = None
        self._by_hash: dict[str, ApiKey] = {}

    def all(self) -> list[ApiKey]:
        """Every key, the oldest first. Raises PrivacyError for a file that cannot be used."""
        self.refresh()
        return list(self._by_hash.values())

    def find(self, key: str) -> ApiKey | None:
        """The key that holds, if this is one."""
        self.refresh()
        return self.known(key)

    def known(self, key: str) -> ApiKey | None:
        """The same, by the file as it was last read."""
        found = self._by_hash.get(_hash(key))
        return None if found is None or found.revoked else found

    def webhooks(self) -> list[ApiKey]:
        """Those of webhooks that hold."""
        return [each for each in self.all() if each.sealed and not each.revoked]

    def make(
        self, scopes: Sequence[Scope], *, name: str = "", source: str = "", origins: Sequence[str] = (),
        per_minute: int = 0, adopted: str = "", seal: Callable[[str], str] | None = None,
    ) -> tuple[str, ApiKey]:  # fmt: skip
        """A new key, and what is kept of it. `adopted`: a write key, or a secret of webhooks, that is in use
        already; `seal` encrypts the latter.

        Raises PrivacyError for scopes that do not go together, and for a key that is kept already.
        """
        alone, signs = set(scopes) & {"write", "webhook"}, "webhook" in scopes
        known = bool(adopted) and (self.find(adopted) is not None or not alone)
        if (
            not scopes
            or not set(scopes) <= set(SCOPES)
            or bool(alone) != bool(source)
            or (alone and len(scopes) > 1)
            or known
            or (signs and not (adopted and seal))
        ):
            raise PrivacyError(
                "This key cannot be made.",
                found=f"scopes {', '.join(scopes) or 'none'}, source {source or 'none'}"
                + ", a key that is kept already or is not for writing" * known
                + ", no secret to adopt" * (signs and not adopted),
                expected="write and a source; webhook, a source and the secret to adopt; or any of read,"
                " personal, admin without a source",
                state="no key was made", next_step="make one key for writing and another for reading",
            )  # fmt: skip
        key = adopted or f"ob_{scopes[0]}_{secrets.token_urlsafe(_BYTES)}"
        kept = ApiKey(
            secrets.token_hex(4), _hash(key), key[-_SHOWN:], tuple(scopes), _now(), name, source,
            tuple(origins), per_minute, sealed=seal(adopted) if seal and signs else "",
        )  # fmt: skip
        self._write([*self.all(), kept])
        return key, kept

    def revoke(self, name: str) -> ApiKey:
        """From now on a key, by its id, holds no more. Raises PrivacyError where there is none."""
        kept = self.all()
        found = next((each for each in kept if each.id == name and not each.revoked), None)
        if found is None:
            raise PrivacyError(
                f"There is no key {name} that holds.", state="all keys are as they were",
                expected=", ".join(each.id for each in kept if not each.revoked) or "none; there is no key",
                next_step="onebasket keys list SHOP",
            )  # fmt: skip
        gone = msgspec.structs.replace(found, revoked=_now())
        self._write([gone if each is found else each for each in kept])
        return gone

    def refresh(self) -> None:
        """Read the file, if it has changed. Raises PrivacyError for one that cannot be used."""
        try:
            told = self.path.stat()
        except FileNotFoundError:
            self._seen, self._by_hash = None, {}
            return
        except OSError as error:
            raise self._unusable(str(error.strerror)) from error
        if (told.st_mtime_ns, told.st_ino) == self._seen:
            return
        if told.st_mode & 0o077:
            raise self._unusable(f"mode {told.st_mode & 0o777:o}; 600 was expected")
        try:
            found = msgspec.json.decode(self.path.read_bytes(), type=list[ApiKey])
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self._unusable(str(error)) from error
        self._seen, self._by_hash = (told.st_mtime_ns, told.st_ino), {each.hash: each for each in found}

    def _write(self, kept: list[ApiKey]) -> None:
        aside = self.path.with_suffix(".aside")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside.touch(0o600)
            write_whole(self.path, msgspec.json.format(msgspec.json.encode(kept), indent=1), aside)
        except OSError as error:
            raise self._unusable(str(error.strerror)) from error

    def _unusable(self, found: str) -> PrivacyError:
        return PrivacyError(
            f"The file of API keys {self.path} cannot be used.", found=found, state="no key was changed",
            next_step="make it yours alone (chmod 600), or put it back from your backup",
        )  # fmt: skip


def make_key(shop: Shop, scopes: Sequence[Scope], *, source: str = "", **wishes: Any) -> tuple[str, ApiKey]:
    """`Keys.make` for a shop. Raises PrivacyError as it does, and for a source that is not live."""
    live = [each.name for each in shop.sources if each.live]
    if source and source not in live:
        raise PrivacyError(
            "This key cannot be made.", found=f"source {source}", state="no key was made",
            expected=f"a live source of the shop file: {', '.join(live) or 'there is none'}",
            next_step=f'add [[source]] name = "{source}", format = "live" to the shop file',
        )  # fmt: skip
    seal = partial(shop_key(shop).seal, WEBHOOKS) if "webhook" in scopes else None
    return Keys(shop.folder).make(scopes, source=source, seal=seal, **wishes)


def shop_key(shop: Shop) -> Key:
    """The key of a shop, published or not; made where there is none yet. Raises PrivacyError for one that is
    lost or wrong."""
    version = Basket(shop.basket).current()
    if version is None:
        return load_or_make(shop.folder, None)
    with version:
        return load_or_make(shop.folder, version.manifest.get("key_id"))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
