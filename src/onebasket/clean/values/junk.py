"""Values that stand where an identifier should, and identify nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache

from onebasket.clean.values.texts import MISSING
from onebasket.clean.values.words import words

# Why a value is no identity.
PLACEHOLDER, RELAY, MASKED, INVALID = "placeholder", "relay", "masked", "invalid"
SHARED_DEVICE, EXTENSION = "shared_device", "extension"

_WORDS = frozenset(MISSING) | frozenset(words("junk")["words"])
_PLACEHOLDER_DOMAINS = frozenset(words("junk")["domains"])
_RELAY_DOMAINS: tuple[str, ...] = tuple(words("junk")["relay_domains"])
_RUN = "01234567890"
_BETWEEN = re.compile(r"[\s()+._-]")
_SHORTEST_REPETITION = 6


@dataclass(frozen=True)
class Junk:
    """The rules of one source: built-in ones, the shop's further ones, the source's shared devices."""

    further: tuple[str, ...] = ()
    relay_domains: tuple[str, ...] = ()
    shared_devices: tuple[str, ...] = ()

    @cached_property
    def _placeholders(self) -> frozenset[str]:
        return _WORDS | {word.strip().lower() for word in self.further}

    @cached_property
    def _shared(self) -> frozenset[str]:
        return frozenset(device.strip().lower() for device in self.shared_devices)

    def placeholder(self, value: str) -> bool:
        """`null`, `Anonymous`, `0000000`, `123456`, `xxxxxx`, … and the shop's own words."""
        word = value.strip().lower()
        bare = word if word.isalnum() else _BETWEEN.sub("", word)
        return (
            word in self._placeholders
            or not bare.strip("0")
            or (len(bare) >= _SHORTEST_REPETITION and (len(set(bare)) == 1 or bare in _RUN))
        )

    def email(self, address: str) -> str | None:
        """Why an address (lower case) is no identity, or None."""
        local, _, domain = address.rpartition("@")
        name = local.partition("+")[0]
        if _relayed(domain, self.relay_domains):
            return RELAY
        if domain in _PLACEHOLDER_DOMAINS or name in self._placeholders or address in self._placeholders:
            return PLACEHOLDER
        return None if name.strip("0") else PLACEHOLDER

    def shared(self, value: str) -> bool:
        return value.strip().lower() in self._shared


def masked(value: str) -> bool:
    """Whether the channel hides part of it: `138****1234`, `张**`, `##…`, `$$…`."""
    return "*" in value or "＊" in value or value.startswith(("##", "$$"))


@lru_cache(1 << 16)
def _relayed(domain: str, further: tuple[str, ...]) -> bool:
    return any(_within(domain, relay) for relay in (*_RELAY_DOMAINS, *further))


def _within(domain: str, relay: str) -> bool:
    relay = relay.strip().lower().lstrip("@")
    return fnmatchcase(domain, relay) or fnmatchcase(domain, f"*.{relay}")
