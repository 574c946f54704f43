"""Personal values as evidence may show them."""

from __future__ import annotations

from onebasket.protect.masking import HIDDEN, mask_email, mask_id, mask_name, mask_phone

_MASKS = {
    "given_name": mask_name, "family_name": mask_name, "full_name": mask_name, "email": mask_email,
    "phone": mask_phone, "postcode": mask_id, "account": mask_id,
}  # fmt: skip


def masked(kind: str, value: str | None) -> str:
    """A value of a kind of field as it may stand on a screen; blank where there is none."""
    if value is None:
        return ""
    return _MASKS[kind](value) if kind in _MASKS else HIDDEN
