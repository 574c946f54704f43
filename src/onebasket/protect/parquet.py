"""Encryption at rest: Parquet modular encryption with data keys wrapped by the shop's key.

Every column and the footer are encrypted (uniform encryption): a column left out of a
list would stay readable and could be changed unnoticed.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from onebasket.errors import PrivacyError
from onebasket.protect.keys import Key

_NONCE_BYTES = 12
_KEEP_KEYS = timedelta(days=3650)  # for the life of the process: see ParquetCipher.dataset


class _ShopKms(pe.KmsClient):  # type: ignore[misc]
    """Wraps data keys with AES-256-GCM under a key derived from the shop's."""

    def __init__(self, wrapping_key: bytes) -> None:
        super().__init__()
        self._cipher = AESGCM(wrapping_key)

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(
            nonce + self._cipher.encrypt(nonce, key_bytes, master_key_identifier.encode())
        )

    def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
        blob = base64.b64decode(wrapped_key)
        try:
            return self._cipher.decrypt(
                blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], master_key_identifier.encode()
            )
        except InvalidTag as error:
            raise PrivacyError(
                "A personal table cannot be decrypted.",
                found="data keys wrapped by another key, or changed bytes",
                next_step="put the shop's right key back",
            ) from error


class ParquetCipher:
    """Writes and opens encrypted Parquet files under one shop key."""

    def __init__(self, key: Key) -> None:
        wrapping_key = key.derive("parquet")
        self._master = f"shop-{key.id}"
        self._factory = pe.CryptoFactory(lambda _config: _ShopKms(wrapping_key))
        self._connection = pe.KmsConnectionConfig()
        self._reading = pe.DecryptionConfiguration(cache_lifetime=_KEEP_KEYS)

    def encryption(self) -> pe.FileEncryptionProperties:
        """Properties for one new file; each file gets fresh data keys."""
        return self._factory.file_encryption_properties(
            self._connection,
            pe.EncryptionConfiguration(footer_key=self._master, uniform_encryption=True),
        )

    def decryption(self) -> pe.FileDecryptionProperties:
        return self._factory.file_decryption_properties(self._connection, self._reading)

    def dataset(self, paths: Sequence[Path]) -> ds.Dataset:
        """A dataset over encrypted files, which engines scan with projection and filters pushed down.

        The files' keys are unwrapped here, in the caller's thread. Left to the scan, Arrow's
        threads would do it, wait for the interpreter's lock, and find it held by the thread that
        waits for them.
        """
        for path in paths:
            self.metadata(path)
        config = ds.ParquetDecryptionConfig(self._factory, self._connection, self._reading)
        options = ds.ParquetFragmentScanOptions(decryption_config=config)
        return ds.dataset(
            [str(path) for path in paths],
            format=ds.ParquetFileFormat(default_fragment_scan_options=options),
        )

    def metadata(self, path: Path) -> pq.FileMetaData:
        return pq.ParquetFile(path, decryption_properties=self.decryption()).metadata
