"""One module a channel's export format. A format is declared, not programmed."""

from __future__ import annotations

from onebasket.collect.formats import (
    amazon,
    douyin,
    ga4,
    jd,
    jitsu,
    klaviyo,
    mailchimp,
    pinduoduo,
    posthog,
    rudderstack,
    segment,
    shopify,
    shopify_api,
    snowplow,
    square,
    stripe,
    sycm,
    table,
    tiktok,
    tmall,
    wechat,
    woocommerce,
    woocommerce_api,
)
from onebasket.collect.layout import Format
from onebasket.errors import SourceError
from onebasket.shop import Source

EXPORTS = (
    amazon.FORMAT,
    douyin.FORMAT,
    ga4.FORMAT,
    jd.FORMAT,
    jitsu.FORMAT,
    klaviyo.FORMAT,
    mailchimp.FORMAT,
    pinduoduo.FORMAT,
    posthog.FORMAT,
    rudderstack.FORMAT,
    segment.FORMAT,
    shopify.FORMAT,
    snowplow.FORMAT,
    square.FORMAT,
    stripe.FORMAT,
    sycm.FORMAT,
    tiktok.FORMAT,
    tmall.FORMAT,
    wechat.FORMAT,
    woocommerce.FORMAT,
)
_FETCHED = (shopify_api.FORMAT, woocommerce_api.FORMAT)
BY_NAME = {format_.name: format_ for format_ in (*EXPORTS, *_FETCHED, segment.LIVE)}


def format_of(source: Source) -> Format:
    """The format of a source. Raises SourceError for an unknown one, or a map of unknown columns."""
    if source.format == table.NAME:
        return table.format_of(source)
    if source.format not in BY_NAME:
        raise SourceError(
            f"Source {source.name}: unknown format.",
            found=f'format = "{source.format}"',
            expected=f"one of: {', '.join(sorted([*BY_NAME, table.NAME]))}",
            next_step="correct format in the shop file, or map the columns of a table",
        )
    return BY_NAME[source.format]
