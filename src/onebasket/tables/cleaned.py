"""Trusted values, and the account of the rows that are not among them."""

from __future__ import annotations

from onebasket.tables.schema import PERSON, WHERE, Table, columns

QUARANTINE = Table(
    "quarantine",
    "clean",
    "rows that could not be used, with the reason and the row itself, to be replayed",
    ("source", "file", "line", "stage", "table_name", "item", "reason"),
    columns("""
        stage varchar!  collect or clean
        table_name varchar!  the raw table the row belongs to; 'file' for a row that never became one
        source varchar!  name of the source
        file varchar!  path or URL
        line bigint!  line in the file
        item int!  place within the line's list of items
        reason varchar!  one of the reason words, e.g. bad_time
        field varchar  the column at fault
        found varchar  the value found
        row_text varchar!  the row: JSON of the raw table's columns, or the text of the line
    """),
    personal=True,
    by_source=True,
)

DUPLICATES = Table(
    "duplicates",
    "clean",
    "rows left out because another row says the same",
    ("source", "table_name", "file", "line", "item"),
    columns("""
        table_name varchar!  the raw table; 'file' for a fetched row that a later one supersedes
        source varchar!  name of the source
        file varchar!  path or URL
        line bigint!  line in the file
        item int!  place within the line's list of items
        of_file varchar!  the file of the row it repeats
        of_line bigint!  the line of the row it repeats
        of_item int!  the item of the row it repeats
        why varchar!  same_event_id, same_row, same_record, same_order, same_product, superseded
    """),
    by_source=True,
)

REPAIRS = Table(
    "repairs",
    "clean",
    "how many values were set right or set aside, by rule",
    ("source", "table_name", "field", "rule"),
    columns("""
        source varchar!  name of the source
        table_name varchar!  the clean table
        field varchar!  the column
        rule varchar!  what was done, e.g. empty_text, junk_identifier, outlier_marked, zone_assumed
        rows bigint!  how many values
    """),
    by_source=True,
)

PEOPLE = Table(
    "people",
    "clean",
    "records of people with normalised values",
    ("source", "record_id"),
    columns(
        "record_id varchar!  pseudonym of the record\n"
        + WHERE
        + "rows bigint!  how many rows said it\n"
        + PERSON.format(
            birth_date="birth_date date  date of birth", consent="consent boolean  marketing consent"
        )
        + "masked boolean!  whether the channel hides part of the values\n"
    ),
    personal=True,
    by_source=True,
)

IDENTIFIERS = Table(
    "identifiers",
    "clean",
    "what identifies a record, as pseudonyms",
    ("source", "record_id", "kind", "value_key"),
    columns("""
        source varchar!  name of the source
        record_id varchar!  the record
        kind varchar!  email, phone, account, cookie, device, card
        value_key varchar!  pseudonym of the normalised value (accounts: within their account system)
        name_key varchar  pseudonym of the record's normalised name, where it has one
        usable boolean!  false: no identity
        reason varchar  why not: placeholder, relay, masked, invalid, shared_device, …
    """),
    by_source=True,
)

PRODUCTS = Table(
    "products",
    "clean",
    "products of each source with normalised values",
    ("source", "product_key"),
    columns(
        WHERE
        + """
        product_key varchar!  what the source calls it
        sku varchar  stock keeping unit, trimmed and upper case
        gtin varchar  barcode as 14 digits, check digit verified
        title varchar  title, tidied
        brand varchar  brand
        category varchar  category; levels parted by ' > '
        size_value double  content in size_unit
        size_unit varchar  g, ml or each
        pack_count int  pieces in the pack
        price_minor bigint  price
        currency varchar  currency
        stock bigint  units in stock
        active boolean!  whether it may be sold
        vector list(double)  numbers of its picture, as many as most of the source's have
    """
    ),
    by_source=True,
)

ORDERS = Table(
    "orders",
    "clean",
    "order heads of each source, typed",
    ("source", "order_id"),
    columns(
        WHERE
        + """
        order_id varchar!  what the source calls the order
        record_id varchar  who
        ts timestamp!  when placed, UTC
        status varchar!  paid, pending, refunded, partly_refunded, cancelled, unknown
        cancelled_ts timestamp  when cancelled, UTC
        total_minor bigint  paid in all
        shipping_minor bigint  shipping part
        tax_minor bigint  tax part
        discount_minor bigint  discount
        refunded_minor bigint  refunded so far
        currency varchar!  currency
        test boolean!  a test order
        place varchar  shop, till or marketplace store
    """
    ),
    by_source=True,
)

EVENTS = Table(
    "events",
    "clean",
    "what happened, typed: one row an order line or a tracked event's item",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + """
        item int!  place within the line's list of items
        event_id varchar  the source's own id of the event
        record_id varchar  who; null: nobody known
        ts timestamp!  when, UTC
        action varchar!  view, search, cart, checkout, purchase, return, cancel, login, … lower case
        order_id varchar  what the source calls the order
        product_key varchar  what the source calls the product
        quantity double  units; negative on returns
        unit_price_minor bigint  price of one unit
        amount_minor bigint  amount of the line after discount; negative on returns
        discount_minor bigint  discount on the line, not negative
        currency varchar!  currency
        query varchar  what was searched, lower case
        session varchar  pseudonym of the session
        list_id varchar  the list of recommendations that it came of; null: none that a server may have named
        test boolean!  part of a test order: kept, never counted
    """
    ),
    by_source=True,
)
