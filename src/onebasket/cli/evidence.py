"""Words for evidence, and values as they may be shown."""

from __future__ import annotations

from onebasket.messages import mark
from onebasket.protect.masking import HIDDEN, mask_email, mask_id, mask_name, mask_phone

JOINS = {
    "joins": mark("joins"),
    "same_name_only": mark("joins only records of one name"),
    "refused": mark("joins nothing"),
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
