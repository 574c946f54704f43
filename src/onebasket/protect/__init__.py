"""Keys, encryption at rest and pseudonyms."""

from onebasket.protect.keys import Key, load_or_make, open_key
from onebasket.protect.parquet import ParquetCipher

__all__ = ["Key", "ParquetCipher", "load_or_make", "open_key"]
