"""Trusted values, and the account of the rows that are not among them."""

from __future__ import annotations

from onebasket.tables.schema import ITEM, PERSON, WHERE, Table, columns

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
        why varchar!  same_event_id, same_row, same_record, same_order, superseded, …
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

STOCK = Table(
    "stock",
    "clean",
    "levels of stock of each source, typed; of one level the last word",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        product_key varchar!  what the source calls the product
        place varchar  warehouse, shop or location
        ts timestamp  as of when, UTC; null: when the file was written
        on_hand double  units that are there; below 0 where more was sold than there was
        available double  units that may be sold
        reserved double  units promised to orders
        incoming double  units ordered or on their way
    """
    ),
    by_source=True,
)

PRODUCT_DAYS = Table(
    "product_days",
    "clean",
    "what each source counted of a product in a day, typed",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        product_key varchar!  what the source calls the product
        day date!  the day, in the source's zone
        impressions bigint  times shown in lists and searches
        visitors bigint  people who looked at it
        views bigint  times looked at
        favourites bigint  people who marked it
        carts bigint  people who put it in a cart
        cart_units double  units put in carts
        buyers bigint  people who bought it
        orders bigint  orders with it
        units double  units sold
        amount_minor bigint  money paid for it
        refunded_minor bigint  money given back for it, not negative
        conversion double  share of visitors who bought, as the source says
        currency varchar!  currency
    """
    ),
    by_source=True,
)

CAMPAIGNS = Table(
    "campaigns",
    "clean",
    "campaigns of each source, typed; of one campaign the last word",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        campaign_id varchar!  what the source calls the campaign; its name where it has no id
        name varchar  its name
        medium varchar  email, sms, push, ads, social, affiliate, or as said
        subject varchar  subject or headline
        segment varchar  whom it was meant for
        ts timestamp  when sent or begun, UTC
        end_ts timestamp  when it ended, UTC
        status varchar  draft, scheduled, running, paused, done, cancelled, or as said
        impressions bigint  times shown
        sent bigint  messages sent
        delivered bigint  messages delivered
        opens bigint  people who opened it
        clicks bigint  people who clicked
        orders bigint  orders it is credited with
        revenue_minor bigint  money it is credited with
        unsubscribed bigint  people who unsubscribed
        bounces bigint  messages that bounced
        complaints bigint  people who complained of it
        cost_minor bigint  what it cost
        currency varchar!  currency
    """
    ),
    by_source=True,
)

EXPOSURES = Table(
    "exposures",
    "clean",
    "who was shown or sent what, typed",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        exposure_id varchar  the source's own id of it
        campaign_id varchar  what the source calls the campaign
        record_id varchar  who; null: nobody known
        product_key varchar  what the source calls the product
        ts timestamp!  when, UTC
        kind varchar!  sent, delivered, impression, open, click, bounce, unsubscribe, complaint, or as said
        place varchar  where it was shown
        variant varchar  which version of it
    """
    ),
    by_source=True,
)

REVIEWS = Table(
    "reviews",
    "clean",
    "reviews of each source, typed; of one review the last word",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        review_id varchar!  what the source calls the review
        record_id varchar  who; null: nobody known
        order_id varchar  what the source calls the order
        product_key varchar  what the source calls the product
        ts timestamp!  when written, UTC
        rating double  stars or points
        scale double!  the most that can be given
        heading varchar  heading
        text varchar  text
        verified boolean  whether the source knows of the purchase
        status varchar  published, pending, rejected, or as said
        answer varchar  the shop's answer
    """
    ),
    personal=True,
    by_source=True,
)

TICKETS = Table(
    "tickets",
    "clean",
    "requests to customer service, typed; of one ticket the last word",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        ticket_id varchar!  what the source calls the ticket
        record_id varchar  who; null: nobody known
        order_id varchar  what the source calls the order
        product_key varchar  what the source calls the product
        subject varchar  subject
        text varchar  first message
        kind varchar  question, problem, return, complaint, or as said
        status varchar  new, open, waiting, solved, closed, or as said
        priority varchar  low, normal, high, urgent, or as said
        via varchar  email, chat, telephone, form, social, or as said
        ts timestamp!  when it came in, UTC
        first_answer_ts timestamp  when first answered, UTC
        closed_ts timestamp  when solved or closed, UTC
        satisfaction varchar  the customer's word on it: good, bad, or as said
    """
    ),
    personal=True,
    by_source=True,
)

SHIPMENTS = Table(
    "shipments",
    "clean",
    "what was sent where, typed: one row a parcel, or one a product in it",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        shipment_id varchar!  what the source calls the shipment
        order_id varchar  what the source calls the order
        product_key varchar  what the source calls the product
        quantity double  units of the product
        carrier varchar  carrier
        tracking varchar  tracking number
        status varchar  pending, shipped, delivered, returned, lost, cancelled, or as said
        shipped_ts timestamp  when sent, UTC
        delivered_ts timestamp  when delivered, UTC
        place varchar  warehouse or shop it left from
        country varchar  country it went to, ISO 3166 alpha-2 where known
        region varchar  state or province it went to
    """
    ),
    personal=True,
    by_source=True,
)

PAYMENTS = Table(
    "payments",
    "clean",
    "money that moved, typed",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        payment_id varchar!  what the source calls the payment
        order_id varchar  what the source calls the order
        record_id varchar  who; null: nobody known
        kind varchar!  charge, refund, fee, transfer, dispute, adjustment, or as said
        ts timestamp!  when, UTC
        status varchar  succeeded, pending, failed, cancelled, or as said
        amount_minor bigint!  amount; refunds and fees are negative
        fee_minor bigint  what the service kept of it, not negative
        refunded_minor bigint  given back of it so far, not negative
        currency varchar!  currency
        method varchar  card, wallet, transfer, cash, invoice, or as said
        description varchar  description
        risk varchar  risk, as said
        disputed boolean  whether the payer disputes it
    """
    ),
    personal=True,
    by_source=True,
)
