"""Which records are one customer, which listings one product."""

from __future__ import annotations

from onebasket.tables.schema import Table, columns

CUSTOMER_EDGES = Table(
    "customer_edges",
    "align",
    "why records were joined: one row a joined pair",
    ("record_a", "record_b", "kind", "value_key"),
    columns("""
        record_a varchar!  a record
        record_b varchar!  another record of the same customer
        kind varchar!  the kind of identifier they share, or order: both tell the same one
        value_key varchar!  its pseudonym
        rule varchar!  same_value; same_value_and_name where several names carry it; same_order
    """),
)

CUSTOMER_MATCHES = Table(
    "customer_matches",
    "align",
    "records that are alike: pairs compared that may be one customer, with the evidence",
    ("record_a", "record_b"),
    columns("""
        record_a varchar!  a record
        record_b varchar!  another
        probability double!  that the two are one person, by what they say
        weight_bits double!  the same as log2 of the odds
        joined boolean!  whether they are one customer now
        rule varchar!  what brought them together: fields on which both agree
        evidence varchar!  JSON list of [field, agreement, bits for or against]; the first: beforehand
    """),
)

CUSTOMER_MODEL = Table(
    "customer_model",
    "align",
    "how people are told apart: fields, rules and weights, as one JSON text",
    ("model",),
    columns("""
        model varchar!  see onebasket.align.people.saved
    """),
)

HOUSEHOLDS = Table(
    "households",
    "align",
    "which household each customer belongs to",
    ("customer_id",),
    columns("""
        customer_id varchar!  the customer
        household_id varchar!  people who share name and home, as far as records tell
    """),
)

CUSTOMER_LINKS = Table(
    "customer_links",
    "align",
    "which customer each record belongs to",
    ("record_id",),
    columns("""
        record_id varchar!  the record
        source varchar!  the source that said it
        customer_id varchar!  the customer
    """),
)

IDENTIFIER_LIMITS = Table(
    "identifier_limits",
    "align",
    "identifiers that point to several people and so join less, or nothing",
    ("kind", "value_key"),
    columns("""
        kind varchar!  kind of identifier
        value_key varchar!  its pseudonym
        records bigint!  records that carry it
        names bigint!  different names among them
        accounts bigint!  different accounts among them, of all account systems
        decision varchar!  same_name_only or refused
    """),
)

PRODUCT_MATCHES = Table(
    "product_matches",
    "align",
    "listings that are alike: pairs that identifiers say nothing of and that may be one product",
    ("listing_a", "listing_b"),
    columns("""
        listing_a varchar!  a listing: source/product_key
        listing_b varchar!  one of another source
        probability double!  that the two are one product, given who else may be
        weight_bits double!  the same as log2 of the odds
        joined boolean!  whether they are one product now
        evidence varchar!  JSON list of [what, bits for or against]; the first: beforehand
    """),
)

PRODUCT_LINKS = Table(
    "product_links",
    "align",
    "which product each source's product is",
    ("source", "product_key"),
    columns("""
        source varchar!  the source
        product_key varchar!  what it calls the product
        product_id varchar!  the product
        rule varchar!  why it is there: gtin, sku, decision, likeness; or alone
    """),
)

SUPERSESSIONS = Table(
    "supersessions",
    "align",
    "ids that have given way to others, ever",
    ("kind", "old_id", "new_id", "version"),
    columns("""
        kind varchar!  customer or product
        old_id varchar!  the id that is no longer used, or lost some records
        new_id varchar!  the id that now holds them
        why varchar!  merged or split
        version bigint!  the version of the basket in which it happened
        at_ts timestamp!  when that run began, UTC
    """),
)
