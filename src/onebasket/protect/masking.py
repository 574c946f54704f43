"""Personal values as they may be shown: enough to compare two by eye, too little to know anybody.

The number of stars says nothing about the length of what they hide. A part of a single
sign is hidden whole, so that neither part of a Chinese name ever shows whole.
"""

from __future__ import annotations

import re

HIDDEN = "***"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_TWO_SIGN_FAMILIES = (
    "欧阳",
    "歐陽",
    "司马",
    "司馬",
    "诸葛",
    "諸葛",
    "上官",
    "皇甫",
    "慕容",
    "令狐",
    "夏侯",
    "东方",
)
_PHONE_DIGITS = 8  # shorter numbers show nothing
_SHORT_ID = 8


def _initial(part: str) -> str:
    """First sign and stars; stars alone for one sign or what is no letter."""
    return part[0] + HIDDEN if len(part) > 1 and part[0].isalnum() and not _CJK.match(part) else HIDDEN


def mask_name(name: str) -> str:
    """`Mary Smith` → `M*** S***`; `王小明` → `***明`; `王明` → `***`."""
    return " ".join(_mask_name_part(part) for part in name.split()) or HIDDEN


def _mask_name_part(part: str) -> str:
    if not _CJK.search(part):
        return _initial(part)
    given = part[2 if part.startswith(_TWO_SIGN_FAMILIES) else 1 :]
    return HIDDEN + given[-1] if len(given) > 1 and _CJK.match(given[-1]) else HIDDEN


def mask_email(email: str) -> str:
    """`mary@gmail.com` → `m***@g***.com`."""
    local, at, domain = email.rpartition("@")
    host, dot, ending = domain.rpartition(".")
    if not (local and at and host and dot and ending.isascii()):
        return HIDDEN
    return f"{_initial(local)}@{_initial(host)}.{ending}"


def mask_phone(phone: str) -> str:
    """`+12125550187` → `*** 187`."""
    digits = re.sub(r"\D", "", phone)
    return f"{HIDDEN} {digits[-3:]}" if len(digits) >= _PHONE_DIGITS else HIDDEN


def mask_id(value: str) -> str:
    """An account, cookie, device or card: its last two signs, when it is long enough."""
    return f"{HIDDEN}{value[-2:]}" if len(value) >= _SHORT_ID else HIDDEN
