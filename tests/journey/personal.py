"""Every personal value a demo shop's exports hold, and where a text gives one away."""

from __future__ import annotations

import csv
import gzip
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

# Columns and keys that tell who somebody is, by what kind of value they hold.
KINDS = {
    "email": r"e-?mail|买家支付宝账号",
    "phone": r"phone|联系手机|联系电话",
    "name": r"(first|last|billing|shipping|customer) ?name|firstName|lastName|^name$|收货人姓名",
    "address": r"(address1?|street)$|收货地址",
    "id": r"customer ?id|customer reference|买家会员名|user_?id|user_pseudo_id|anonymousId|^device\.id$",
}
NOBODY = {"test order"}  # the customer of the shop's own test orders
SHORTEST_NAME, SHORTEST_ID, SHORTEST_PHONE = 4, 6, 8
_WORD = re.compile(r"[^\W\d_]+")
_EMAIL = re.compile(r"[\w.+%-]+@[\w.-]+\w")
_ID = re.compile(r"[\w.-]+\w")
_DIGITS = re.compile(r"\+?\d[\d ().-]{5,}\d")
_CHINESE = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff·]{2,}")


@dataclass
class Personal:
    """Personal values in the spellings a text may hold them in, lower case."""

    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)  # digits, with and without country code
    names: set[str] = field(default_factory=set)  # whole names: several words, or Chinese
    words: set[str] = field(default_factory=set)  # single names that are no word of the shop's
    addresses: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return sum(map(len, (self.emails, self.phones, self.names, self.words, self.addresses, self.ids)))

    def within(self, text: str) -> set[str]:
        """The personal values that a text gives away."""
        low = text.lower()
        words = _WORD.findall(low)
        pairs = {f"{a} {b}" for a, b in pairwise(words)}
        found = self.words.intersection(words) | self.names.intersection(pairs | {low})
        found |= self.names.intersection(_CHINESE.findall(low))
        found |= self.emails.intersection(_EMAIL.findall(low)) | self.ids.intersection(_ID.findall(low))
        found |= self.phones.intersection(re.sub(r"\D", "", run) for run in _DIGITS.findall(low))
        if low in self.addresses or any(low[at:].startswith(tuple(self.addresses)) for at in _numbers(low)):
            found.add("an address")
        return found


def _numbers(text: str) -> list[int]:
    """Where an address may begin: at a house number, or at a Chinese province."""
    return [
        match.start() for match in re.finditer(r"\b\d{1,5} [a-z]|[\u4e00-\u9fff]+ [\u4e00-\u9fff]+市", text)
    ]


def read(folder: Path) -> Personal:
    """Gather the personal values of a shop's exports. Devices declared shared are the shop's own."""
    said: dict[str, set[str]] = defaultdict(set)
    for path in sorted((folder / "exports").rglob("*.*")):
        for name, value in _rows(path):
            kind = next((kind for kind, names in KINDS.items() if re.search(names, name, re.IGNORECASE)), "")
            if "lineitem" not in name.lower() and "province" not in name.lower():
                said[kind].add(value.strip().lstrip("'").lower())
            else:
                said[""].add(value.lower())
    shop = tomllib.loads((folder / "shop.toml").read_text(encoding="utf-8"))
    own = {device.lower() for source in shop["source"] for device in source.get("shared_devices", ())}
    vocabulary = {word for text in said[""] for word in _WORD.findall(text)}
    names = {" ".join(_WORD.findall(name)) if name.isascii() else name for name in said["name"]} - NOBODY
    found = Personal(
        emails={email for email in said["email"] if "@" in email},
        names={name for name in names if " " in name or _CHINESE.fullmatch(name)},
        words={
            word
            for name in names
            for word in _WORD.findall(name)
            if len(word) >= SHORTEST_NAME and word.isascii() and word not in vocabulary
        },
        addresses={address for address in said["address"] if len(address) > 8},
        ids={name for name in said["id"] if len(name) >= SHORTEST_ID} - own,
    )
    for phone in said["phone"]:
        digits = re.sub(r"\D", "", phone)
        if len(digits) >= SHORTEST_PHONE and "*" not in phone:
            found.phones |= {digits, digits[-10:], f"1{digits[-10:]}", f"86{digits[-11:]}", digits[-11:]}
    return found


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    """Name and value of every field of an export."""
    if path.suffix == ".csv":
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030", "replace")
        reader = csv.reader(text.splitlines())
        header = next(reader)
        for row in reader:
            yield from ((name, value) for name, value in zip(header, row, strict=False) if value)
        return
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                yield from _leaves("", json.loads(line))
            except ValueError:
                continue


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The texts in a JSON value. Only people's own keys count, not those of products and pages."""
    if isinstance(value, dict):
        for key, item in value.items():
            inside = f"device.{key}" if name.endswith("device") else key
            named = inside if name in ("", "traits", "context", "device") else f"{name}: of a thing"
            yield from _leaves(named, item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(f"{name}: of a thing", item)
    elif value is not None:
        yield name, str(value)
