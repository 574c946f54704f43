"""What each source said, as it said it."""

from __future__ import annotations

from onebasket.tables.schema import ITEM, LISTING, PERSON, WHERE, Table, columns

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
        unlike list(struct(file varchar, mark varchar, times list(varchar)))  files that write otherwise
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
        header list(varchar)  names of its columns; of JSON the keys seen first
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
        + ITEM
        + """
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

RAW_STOCK = Table(
    "raw_stock",
    "collect",
    "how much of a product lies where, as each source says it",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + LISTING
        + """
        place varchar  warehouse, shop or location
        time varchar  as of when, as text; null: when the file was written
        time_zone varchar  zone stated beside the times
        on_hand varchar  units that are there
        available varchar  units that may be sold
        reserved varchar  units promised to orders
        incoming varchar  units ordered or on their way
    """
    ),
    by_source=True,
)

RAW_PRODUCT_DAYS = Table(
    "raw_product_days",
    "collect",
    "what each source counted of a product in a day",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + LISTING
        + """
        day varchar  the day, in the source's zone
        impressions varchar  times shown in lists and searches
        visitors varchar  people who looked at it
        views varchar  times looked at
        favourites varchar  people who marked it
        carts varchar  people who put it in a cart
        cart_units varchar  units put in carts
        buyers varchar  people who bought it
        orders varchar  orders with it
        units varchar  units sold
        amount varchar  money paid for it
        refunded varchar  money given back for it
        conversion varchar  share of visitors who bought, as said: 0.05 or 5%
        currency varchar  currency
    """
    ),
    by_source=True,
)

RAW_CAMPAIGNS = Table(
    "raw_campaigns",
    "collect",
    "campaigns as each source lists them, with what it counted",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        campaign_id varchar  what the source calls the campaign
        name varchar  its name
        medium varchar  email, sms, push, ads, social, affiliate, or as said
        subject varchar  subject or headline
        segment varchar  whom it was meant for
        time varchar  when sent or begun, as text
        end_time varchar  when it ended
        time_zone varchar  zone stated beside the times
        status varchar  draft, scheduled, running, paused, done, cancelled, or as said
        impressions varchar  times shown
        sent varchar  messages sent
        delivered varchar  messages delivered
        opens varchar  people who opened it
        clicks varchar  people who clicked
        orders varchar  orders it is credited with
        revenue varchar  money it is credited with
        unsubscribed varchar  people who unsubscribed
        bounces varchar  messages that bounced
        complaints varchar  people who complained of it
        cost varchar  what it cost
        currency varchar  currency
    """
    ),
    by_source=True,
)

RAW_EXPOSURES = Table(
    "raw_exposures",
    "collect",
    "who was shown or sent what, and what they did with it",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + LISTING
        + """
        exposure_id varchar  the source's own id of it, where it has one
        campaign_id varchar  what the source calls the campaign
        record_id varchar  who: a record of raw_people
        time varchar  when, as text
        time_zone varchar  zone stated beside the times
        kind varchar  sent, delivered, impression, open, click, bounce, unsubscribe, complaint, or as said
        place varchar  where it was shown
        variant varchar  which version of it
    """
    ),
    by_source=True,
)

RAW_REVIEWS = Table(
    "raw_reviews",
    "collect",
    "reviews as each source has them",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + LISTING
        + """
        review_id varchar  what the source calls the review
        record_id varchar  who: a record of raw_people
        order_id varchar  what the source calls the order
        rating varchar  how many stars or points
        scale varchar  the most that can be given; null: 5
        heading varchar  heading
        text varchar  text
        time varchar  when written, as text
        time_zone varchar  zone stated beside the times
        verified varchar  'true' where the source knows of the purchase
        status varchar  published, pending, rejected, or as said
        answer varchar  the shop's answer
    """
    ),
    personal=True,
    by_source=True,
)

RAW_TICKETS = Table(
    "raw_tickets",
    "collect",
    "requests to customer service as each source has them",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + LISTING
        + """
        ticket_id varchar  what the source calls the ticket
        record_id varchar  who: a record of raw_people
        order_id varchar  what the source calls the order
        subject varchar  subject
        text varchar  first message
        kind varchar  question, problem, return, complaint, or as said
        status varchar  new, open, waiting, solved, closed, or as said
        priority varchar  low, normal, high, urgent, or as said
        via varchar  email, chat, telephone, form, social, or as said
        time varchar  when it came in, as text
        first_answer_time varchar  when first answered
        closed_time varchar  when solved or closed
        time_zone varchar  zone stated beside the times
        satisfaction varchar  the customer's word on it: good, bad, or a number
    """
    ),
    personal=True,
    by_source=True,
)

RAW_SHIPMENTS = Table(
    "raw_shipments",
    "collect",
    "what was sent where: one row a parcel, or one a product in it",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + LISTING
        + """
        shipment_id varchar  what the source calls the shipment
        order_id varchar  what the source calls the order
        quantity varchar  units of the product
        carrier varchar  carrier
        tracking varchar  tracking number
        status varchar  pending, shipped, delivered, returned, lost, cancelled, or as said
        shipped_time varchar  when sent, as text
        delivered_time varchar  when delivered
        time_zone varchar  zone stated beside the times
        place varchar  warehouse or shop it left from
        country varchar  country it went to
        region varchar  state or province it went to
    """
    ),
    personal=True,
    by_source=True,
)

RAW_PAYMENTS = Table(
    "raw_payments",
    "collect",
    "money that moved, as each source of payments says it",
    ("source", "file", "line", "item"),
    columns(
        WHERE
        + ITEM
        + """
        payment_id varchar  what the source calls the payment
        order_id varchar  what the source calls the order
        record_id varchar  who: a record of raw_people
        kind varchar  charge, refund, fee, transfer, dispute, adjustment, or as said
        time varchar  when, as text
        time_zone varchar  zone stated beside the times
        status varchar  succeeded, pending, failed, cancelled, or as said
        amount varchar  amount; money that leaves may be negative
        fee varchar  what the service kept of it
        refunded varchar  given back of it so far
        currency varchar  currency
        method varchar  card, wallet, transfer, cash, invoice, or as said
        description varchar  description
        risk varchar  risk, as said
        disputed varchar  'true' where the payer disputes it
    """
    ),
    personal=True,
    by_source=True,
)
