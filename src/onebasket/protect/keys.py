"""The shop's key: 32 random bytes in a file of mode 600, outside the basket.

Everything secret is derived from it: the key that wraps Parquet data keys, and the
secret under which personal values become pseudonyms (HKDF, RFC 5869). The basket keeps
the key's id only, so that a lost or wrong key is seen before anything is read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from onebasket.errors import PrivacyError

KEY_BYTES = 32
_NONCE = 12
ENVIRONMENT = "ONEBASKET_KEY_FILE"


@dataclass(frozen=True, repr=False)
class Key:
    """The shop's key. Its repr shows the id only, so that it never reaches a log."""

    secret: bytes
    path: Path

    @property
    def id(self) -> str:
        """Sixteen hex digits that name the key without giving it away."""
        return self.derive("id").hex()[:16]

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose: HKDF-SHA-256 with an empty salt, one block."""
        extracted = hmac.digest(bytes(32), self.secret, "sha256")
        return hmac.digest(extracted, f"onebasket {purpose}".encode() + b"\x01", "sha256")

    def seal(self, purpose: str, text: str) -> str:
        """A text encrypted for one purpose (AES-256-GCM), in base64."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self.derive(purpose)).encrypt(nonce, text.encode(), purpose.encode())
        return base64.b64encode(nonce + sealed).decode()

    def unseal(self, purpose: str, sealed: str) -> str:
        """The text that `seal` made it of. Raises PrivacyError for another key, or a damaged text."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            found = AESGCM(self.derive(purpose)).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise PrivacyError(
                "A secret cannot be decrypted.", found=f"key id {self.id}",
                expected="the key that it was encrypted with",
            ) from error  # fmt: skip
        return found.decode()

    def pseudonym(self, kind: str, value: str) -> str:
        """32 hex digits that stand for `value`; equal for equal kind and value under one key."""
        return hmac.digest(self._pseudonyms, f"{kind}\x1f{value}".encode(), "sha256").hex()[:32]

    @cached_property
    def _pseudonyms(self) -> bytes:
        return self.derive("pseudonym")

    @property
    def pepper(self) -> str:
        """The text that engines put before a value they hash into a pseudonym, in hex."""
        return hashlib.sha256(self.derive("pepper")).hexdigest()

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"


def key_path(shop_folder: Path) -> Path:
    """Where the key of a shop lies: $ONEBASKET_KEY_FILE, or keys/shop.key in its folder."""
    return Path(os.environ.get(ENVIRONMENT) or shop_folder / "keys" / "shop.key")


def load_or_make(shop_folder: Path, basket_key_id: str | None) -> Key:
    """The shop's key; made when there is neither a key nor a basket that needs one.

    Raises PrivacyError when the key is lost, wrong, damaged or readable by others.
    """
    path = key_path(shop_folder)
    if basket_key_id is None and not path.exists():
        _make(path)
    return open_key(shop_folder, basket_key_id)


def open_key(shop_folder: Path, basket_key_id: str | None) -> Key:
    """The shop's existing key, checked against the id the basket was written with."""
    path = key_path(shop_folder)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise PrivacyError(
            f"The key file {path} is missing.",
            expected=f"the key with id {basket_key_id}" if basket_key_id else "a key file",
            state="nothing was read; the basket is as it was",
            next_step=f"put the key back from your backup, or set {ENVIRONMENT} to where it lies",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PrivacyError(f"The key file {path} cannot be read.", found=str(error)) from error
    if mode & 0o077:
        raise PrivacyError(
            f"The key file {path} is open to other users.",
            found=f"mode {mode:o}",
            expected="mode 600",
            next_step=f"chmod 600 {path}",
        )
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise PrivacyError(
            f"The key file {path} is damaged.",
            found=f"{len(text)} characters",
            expected="32 bytes in base64",
            next_step="put the key back from your backup",
        )
    key = Key(secret, path)
    if basket_key_id is not None and key.id != basket_key_id:
        raise PrivacyError(
            f"The key file {path} is not this basket's key.",
            found=f"key id {key.id}",
            expected=f"key id {basket_key_id}",
            state="nothing was read; the basket is as it was",
            next_step=f"put the right key back, or set {ENVIRONMENT} to where it lies",
        )
    return key


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise PrivacyError(
            f"The key file {path} cannot be written.",
            found=str(error.strerror),
            next_step=f"make the folder writable, or set {ENVIRONMENT} to another place",
        ) from error
