"""Settings of APIs that are known: what the shop file says of its own stands before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from onebasket.shop import Api, Source

_SHOPIFY_VERSION = "2026-07"


def resolved(source: Source) -> Source:
    """A source whose `api`, `url`, `cursor` and `key` say all that is needed."""
    assert source.api is not None and source.url is not None
    api = source.api
    match api.preset:
        case "shopify":
            path = f"/admin/api/{api.version or _SHOPIFY_VERSION}/{api.resource}.json"
            said: Mapping[str, Any] = {
                "records": api.resource,
                "paging": "link",
                "size": "limit",
                "per_page": 250,
                "since": "updated_at_min",
                "each": "variants" if api.resource == "products" else "",
            }
            params = {"status": "any"} if api.resource == "orders" else {}
            cursor = "parent.updated_at" if api.resource == "products" else "updated_at"
        case "woocommerce":
            # In the order of ids rows that change while pages are read come twice rather than not at all.
            path = f"/wp-json/wc/v3/{api.resource}"
            changed = api.resource != "customers"  # those cannot be asked for by their time of change
            said = {"paging": "link", "size": "per_page", "since": "modified_after" if changed else ""}
            params = {"orderby": "id", "order": "asc", **({"dates_are_gmt": "true"} if changed else {})}
            cursor = "date_modified_gmt" if changed else ""
        case _:
            return source
    plain = Api()
    own = {name: getattr(api, name) for name in said if getattr(api, name) != getattr(plain, name)}
    made = msgspec.structs.replace(api, **{**said, **own}, params={**params, **api.params})
    return msgspec.structs.replace(
        source,
        api=made,
        url=source.url.rstrip("/") + path,
        cursor=source.cursor or cursor or None,
        key=source.key or "id",
    )
