"""What each source said, as it said it."""

from __future__ import annotations

from onebasket.tables.schema import PERSON, WHERE, Table, columns

SOURCES = Table(
    "sources",
    "collect",
    "one row a source: how its texts are to be read",
    ("source",),
    columns("""
        source varchar!  name of the source
        channel varchar!  channel
        format varchar!  format name
        accounts varchar!  the account system its account ids belong to
        currency varchar!  currency of amounts that state none
        time_formats list(varchar)!  strptime patterns or 'iso', 'epoch_s', 'epoch_ms', 'epoch_us'
        time_zone varchar!  zone of wall-clock times that state none
        decimal_mark varchar!  '.' or ','
        country varchar!  default country (ISO 3166 alpha-2) of telephone numbers
    """),
    by_source=True,
)

FILES = Table(
    "files",
    "collect",
    "one row a file read: what was found",
    ("source", "file"),
    columns("""
        source varchar!  name of the source
        file varchar!  path or URL
        layout varchar!  which of the format's layouts it has
        encoding varchar!  encoding found
        bytes bigint!  size in bytes
        rows bigint!  records read, rejected ones included
        rejected bigint!  records that could not be read as rows, now in quarantine
    """),
    by_source=True,
)

RAW_PEOPLE = Table(
    "raw_people",
    "collect",
    "each distinct set of personal values a source said, as it said it",
    ("source", "record_id", "file", "line"),
    columns(
        "record_id varchar!  pseudonym of this set of values"
        + WHERE
        + "rows bigint!  how many rows of this file said it\n"
        + PERSON.format(
            birth_date="birth_date varchar  date of birth",
            consent="consent varchar  marketing consent as said",
        )
    ),
    personal=True,
    by_source=True,
)

RAW_PRODUCTS = Table(
    "raw_products",
    "collect",
    "products as each source lists them",
    ("source", "file", "line"),
    columns(
        WHERE
        + """
        product_key varchar  what the source calls it
        sku varchar  stock keeping unit
        gtin varchar  barcode
        title varchar  title
        brand varchar  brand or maker
        category varchar  category; levels parted by ' > '
        size varchar  size or pack, as text
        price varchar  price, as text
        currency varchar  currency
        stock varchar  units in stock, as text
        status varchar  active, draft, archived
        vector varchar  numbers of its picture, as text
    """
    ),
    by_source=True,
)

RAW_ORDERS = Table(
    "raw_orders",
    "collect",
    "order heads as each source says them",
    ("source", "file", "line"),
    columns(
        WHERE
        + """
        order_id varchar  what the source calls the order
        record_id varchar  who: a record of raw_people
        time varchar  when placed, as text
        time_zone varchar  zone stated beside it
        status varchar  paid, pending, refunded, partly_refunded, cancelled, or as said
        cancelled_time varchar  when cancelled, as text
        total varchar  paid in all
        shipping varchar  shipping part
        tax varchar  tax part
        discount varchar  discount
        refunded varchar  refunded so far
        currency varchar  currency
        test varchar  'true' where the source marks a test order
        place varchar  shop, till or marketplace store
    """
    ),
    by_source=True,
)

RAW_EVENTS = Table(
    "raw_events",
    "collect",
    "what happened, as each source says it: one row an order line or a tracked event's item",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + """
        item int!  place within the line's list of items, from 0
        event_id varchar  the source's own id of the event, where it has one
        record_id varchar  who: a record of raw_people
        action varchar  view, search, cart, checkout, purchase, return, cancel, login, or as said
        time varchar  when, as text; null on order lines whose order head says it
        time_zone varchar  zone stated beside it
        order_id varchar  what the source calls the order
        product_key varchar  what the source calls the product
        sku varchar  stock keeping unit
        gtin varchar  barcode
        title varchar  title on this line
        quantity varchar  units
        unit_price varchar  price of one unit
        amount varchar  amount of the line after discount, where the source states it
        gross varchar  amount of the line before discount, where the source states it
        discount varchar  discount on the line
        currency varchar  currency
        query varchar  what was searched
        session varchar  the source's session id
        list_id varchar  the list of recommendations that it came of, as the server named it
    """
    ),
    by_source=True,
)
