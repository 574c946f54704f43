"""Words for evidence, and values as they may be shown."""

from __future__ import annotations

from onebasket.messages import mark
from onebasket.protect.masking import HIDDEN, mask_email, mask_id, mask_name, mask_phone

KIND = {
    "account": mark("account"),
    "card": mark("card"),
    "cookie": mark("cookie"),
    "device": mark("device"),
    "email": mark("e-mail"),
    "phone": mark("phone"),
}
JOINS = {
    "joins": mark("joins"),
    "same_name_only": mark("joins only records of one name"),
    "refused": mark("joins nothing"),
}
FIELD = {
    "given_name": mark("given name"),
    "family_name": mark("family name"),
    "full_name": mark("whole name"),
    "birth_date": mark("date of birth"),
    "email": mark("e-mail"),
    "phone": mark("phone"),
    "address": mark("address"),
    "city": mark("city"),
    "postcode": mark("postcode"),
}
AGREEMENT = {
    "differ": mark("differ"),
    "hidden but fits": mark("hidden but fits"),
    "a little alike": mark("a little alike"),
    "alike": mark("alike"),
    "much alike": mark("much alike"),
    "initial": mark("initial"),
    "short form": mark("short form"),
    "swapped": mark("swapped"),
    "equal": mark("equal"),
    "within ten years": mark("within ten years"),
    "within a year": mark("within a year"),
    "within a month": mark("within a month"),
    "one slip": mark("one slip"),
    "two slips": mark("two slips"),
    "names alike": mark("names alike"),
    "same name": mark("same name"),
}
_MASKS = {
    "given_name": mask_name, "family_name": mask_name, "full_name": mask_name, "email": mask_email,
    "phone": mask_phone, "postcode": mask_id, "account": mask_id,
}  # fmt: skip
_OPEN = ("city",)


def masked(kind: str, value: str | None) -> str:
    """A value of a kind of field as it may stand on a screen; blank where there is none."""
    if value is None:
        return ""
    if kind in _OPEN:
        return value
    return _MASKS[kind](value) if kind in _MASKS else HIDDEN
