"""Plain words for why a row was refused, repeated, merged or repaired."""

from __future__ import annotations

from onebasket.messages import mark

REFUSED = {
    "bad_time": mark("date or time cannot be read"),
    "missing_time": mark("no date or time"),
    "future_time": mark("date lies in the future"),
    "early_time": mark("date lies before the earliest allowed"),
    "bad_amount": mark("amount is not a number"),
    "bad_quantity": mark("quantity is not a number"),
    "bad_price": mark("price is not a number"),
    "negative_price": mark("price below zero"),
    "large_amount": mark("amount beyond belief"),
    "large_quantity": mark("quantity beyond belief"),
    "unknown_currency": mark("currency without a rate"),
    "missing_order": mark("no order to belong to"),
    "missing_product": mark("no product"),
    "missing_action": mark("does not say what happened"),
    "missing_key": mark("no key"),
    "bad_row": mark("line cannot be read as a row"),
    "bad_json": mark("line is not valid JSON"),
    "bad_quote": mark("quote that never ends"),
    "bad_encoding": mark("signs that do not fit the encoding"),
    "too_many_columns": mark("too many columns"),
    "too_few_columns": mark("too few columns"),
}
REPEATED = {
    "same_event_id": mark("same event id"),
    "same_row": mark("same row in another file"),
    "same_record": mark("same values of the same person"),
    "same_order": mark("same order again"),
    "same_product": mark("same product again"),
}
MERGED = {
    "same_order": mark("same purchase told by another source"),
    "test_order": mark("test order, kept out of the timeline"),
}
REPAIRED = {
    "empty_text": mark("empty text taken as missing"),
    "junk_identifier": mark("placeholder taken as no identity"),
    "outlier_marked": mark("outlier marked"),
    "zone_assumed": mark("time zone assumed"),
}
SURVIVED = {
    "only": mark("the only value"),
    "latest": mark("the latest"),
    "most_common": mark("said most often"),
    "most_complete": mark("the most complete"),
}
