"""Secrets that a shop file names and does not hold: from the environment, or from `secrets.toml`.

    url = "postgresql://shop:${ERP_PASSWORD}@erp.example/sales"

`secrets.toml` lies beside the shop file, in a file of mode 600, a line a secret: `ERP_PASSWORD = "…"`. A
variable of the environment stands before it.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from urllib.parse import quote

from onebasket.errors import PrivacyError

FILE = "secrets.toml"
_NAMED = re.compile(r"\$\{(\w+)\}")


class Secrets:
    """The secrets of one shop. What was once handed out can be taken out of any text again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._given: set[str] = set()

    def fill(self, text: str) -> str:
        """The text with each `${NAME}` in it replaced. Raises PrivacyError for one that is nowhere."""
        return _NAMED.sub(lambda found: self._value(found[1]), text)

    def fill_url(self, url: str) -> str:
        """A URL, filled likewise; in its user and password no letter of a secret has a meaning."""
        start, at, rest = url.partition("@")
        if not at or "/" in start.partition("//")[2]:
            return self.fill(url)
        return _NAMED.sub(lambda found: quote(self._value(found[1]), safe=""), start) + at + self.fill(rest)

    def hide(self, text: str) -> str:
        """The text without any secret that was handed out."""
        for secret in sorted(self._given, key=len, reverse=True):
            text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
        return text

    def _value(self, name: str) -> str:
        value = os.environ.get(name)
        if value is None:
            value = self._file().get(name)
        if value is None:
            raise PrivacyError(
                f"The shop file names a secret that is nowhere: {name}.",
                found=f"neither a variable {name} nor such a line in {self.path}",
                expected="one of the two",
                state="nothing was fetched or published",
                next_step=f'set {name}, or write {name} = "…" into {self.path} (mode 600); then run again',
            )
        if value:
            self._given.add(value)
        return value

    def _file(self) -> dict[str, str]:
        try:
            mode = stat.S_IMODE(self.path.stat().st_mode)
        except FileNotFoundError:
            return {}
        if mode & 0o077:
            raise PrivacyError(
                f"The file of secrets {self.path} is open to other users.",
                found=f"mode {mode:o}",
                expected="mode 600",
                state="nothing was fetched or published",
                next_step=f"chmod 600 {self.path}",
            )
        try:
            found = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            # The error's own text may quote a line.
            kind = type(error).__name__
            raise self._unreadable(kind) from None
        if any(not isinstance(value, str) for value in found.values()):
            raise self._unreadable("a value that is no text")
        return found

    def _unreadable(self, found: str) -> PrivacyError:
        return PrivacyError(
            f"The file of secrets {self.path} cannot be read.",
            found=found,
            expected='lines such as ERP_PASSWORD = "…"',
            state="nothing was fetched or published",
            next_step="mend the file",
        )
