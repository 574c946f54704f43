"""Plain words for why a row was refused, repeated, merged or repaired."""

from __future__ import annotations

from onebasket.messages import mark

REFUSED = {
    "bad_time": mark("date or time cannot be read"),
    "future_time": mark("date lies in the future"),
    "too_early": mark("date lies before the earliest allowed"),
    "bad_amount": mark("amount cannot be read"),
    "bad_quantity": mark("quantity is zero or cannot be read"),
    "negative_price": mark("price below zero"),
    "absurd_amount": mark("amount beyond belief"),
    "absurd_quantity": mark("quantity beyond belief"),
    "unknown_currency": mark("currency without a rate"),
    "no_order": mark("order not found"),
    "no_product": mark("no product"),
    "no_action": mark("does not say what happened"),
    "bad_rating": mark("rating cannot be read, or above its scale"),
    "no_campaign": mark("no campaign and no product"),
    "no_usable_value": mark("no usable value"),
    "rejected": mark("refused by the live collector when it came in"),
    "unreadable": mark("line cannot be read as a row"),
    "not_json": mark("line is not valid JSON"),
    "broken_quote": mark("quote that never ends"),
    "wrong_encoding": mark("signs that do not fit the encoding"),
    "too_long": mark("line too long"),
    "too_many_columns": mark("too many columns"),
    "too_few_columns": mark("too few columns"),
}
REPEATED = {
    "same_event_id": mark("same event id"),
    "same_row": mark("same row in another file"),
    "same_record": mark("same values of the same person"),
    "same_order": mark("same order again"),
    "same_product": mark("same product again"),
    "superseded": mark("a later row of the same key stands instead"),
    "same_level": mark("same level of stock again"),
    "same_day": mark("same product and day again"),
    "same_campaign": mark("same campaign again"),
    "same_exposure": mark("same exposure again"),
    "same_review": mark("same review again"),
    "same_ticket": mark("same ticket again"),
    "same_shipment": mark("same shipment again"),
    "same_payment": mark("same payment again"),
}
MERGED = {
    "same_order": mark("same purchase told by another source"),
    "test_order": mark("order placed as a test, kept out of the timeline"),
}
REPAIRED = {
    "empty_text": mark("empty text taken as missing"),
    "junk_identifier": mark("placeholder taken as no identity"),
    "relay_address": mark("relay address taken as no identity"),
    "masked": mark("masked by the channel, taken as no identity"),
    "unreadable": mark("cannot be read, taken as missing"),
    "other_width": mark("not as many numbers as the others have, left out"),
    "outlier_marked": mark("outlier marked"),
    "zone_assumed": mark("time zone assumed"),
    "currency_assumed": mark("currency assumed"),
    "unknown_currency": mark("price in a currency without a rate left out"),
    "quantity_assumed": mark("quantity assumed to be one"),
    "amount_computed": mark("amount computed from price and quantity"),
    "price_missing": mark("price missing"),
    "negative_price": mark("negative price left out"),
    "named_by_line": mark("order without a number named by its line"),
    "turned_into_return": mark("negative purchase taken as a return"),
}
SURVIVED = {
    "only": mark("the only value"),
    "most_complete": mark("the most complete"),
    "unmasked": mark("not masked"),
    "account": mark("from an account, not a guest"),
    "latest": mark("the latest"),
    "most_common": mark("said most often"),
    "source_order": mark("the source that stands first in the shop file"),
    "record_order": mark("the first of equals"),
}
