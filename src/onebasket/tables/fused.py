"""One of each: customers, catalogue, timeline."""

from __future__ import annotations

from onebasket.tables.schema import Table, columns

CUSTOMER_VALUES = Table(
    "customer_values",
    "fuse",
    "the golden record: each customer's values, the source that won and why",
    ("customer_id", "attribute"),
    columns("""
        customer_id varchar!  the customer
        attribute varchar!  email, phone, given_name, …
        value varchar!  the value
        source varchar!  the source that won
        record_id varchar!  its record
        why varchar!  the rule that decided: only, most_complete, unmasked, account, latest, …
        others bigint!  how many different values lost
    """),
    personal=True,
)

CUSTOMERS = Table(
    "customers",
    "fuse",
    "one row a customer",
    ("customer_id",),
    columns("""
        customer_id varchar!  the customer
        known boolean!  has an e-mail, telephone, account or name; not only a cookie
        channels list(varchar)!  channels in which seen, sorted
        sources list(varchar)!  sources that know it, sorted
        records bigint!  records joined
        consent boolean  marketing consent, the latest word
        first_ts timestamp  first event, UTC
        last_ts timestamp  last event, UTC
        events bigint!  events in the timeline
        orders bigint!  orders that stood
        value_minor bigint!  money kept from those orders
        superseded list(varchar)!  earlier ids of this customer, sorted
    """),
)

ORDER_LINKS = Table(
    "order_links",
    "fuse",
    "which order each source's order is",
    ("source", "order_id"),
    columns("""
        source varchar!  the source
        order_id varchar!  what it calls the order
        fused_order_id varchar!  the order
        leader boolean!  whether this source's lines are the ones that count
        rule varchar!  alone, same_number or same_basket
    """),
)

TIMELINE = Table(
    "timeline",
    "fuse",
    "one row an event; a purchase told by several sources stands once",
    ("ts", "event_id"),
    columns("""
        event_id varchar!  the event
        ts timestamp!  when, UTC
        customer_id varchar  who; null: nobody known
        action varchar!  view, search, cart, checkout, purchase, return, cancel, …
        channel varchar!  where it happened; orders: the channel that tracked them, else the leader's
        source varchar!  source that leads
        sources list(varchar)!  all sources that tell it, sorted
        order_id varchar  the order
        product_id varchar  the product
        quantity double  units; negative on returns
        amount_minor bigint  amount; negative on returns
        discount_minor bigint  discount, not negative
        net_quantity double  purchases: units kept after returns and cancellations; returns: units not tied
        net_amount_minor bigint  money kept; returns: what is not tied to a purchase; other actions: 0
        currency varchar!  currency
        query varchar  what was searched
        session varchar  the session
        list_id varchar  the list of recommendations that it came of
        file varchar!  the leading source's file
        line bigint!  the line in it
        item int!  place within the line
    """),
)

MERGED_EVENTS = Table(
    "merged_events",
    "fuse",
    "events that stand in the timeline under another source's row, or are left out of it, and why",
    ("source", "file", "line", "item"),
    columns("""
        source varchar!  the source
        file varchar!  the file
        line bigint!  the line
        item int!  place within the line
        event_id varchar  the timeline event that stands for it
        why varchar!  same_order or test_order
    """),
)

CUSTOMER_FEATURES = Table(
    "customer_features",
    "fuse",
    "what was known of each customer before a moment: only earlier events count",
    ("as_of", "customer_id"),
    columns("""
        as_of timestamp!  the moment, UTC
        customer_id varchar!  the customer
        recency_days int  days since the last purchase; null: never bought
        frequency bigint!  orders so far
        value_minor bigint!  money kept so far
        tenure_days int!  days since the first event
        basket_lines double!  mean lines an order
        basket_minor double!  mean money an order
        discount_share double!  discount over gross
        views_30d bigint!  views in the last 30 days
        channel_shares list(struct(name varchar, share double))!  shares of orders by channel, by name
        category_shares list(struct(name varchar, share double))!  shares of lines by top category, by name
        r int!  recency score, 1 (long ago) to 5 (just now)
        f int!  frequency score, 1 to 5
        m int!  value score, 1 to 5
        segment varchar!  champion, loyal, promising, new, at_risk, sleeping, lost
    """),
)

STOCK_LEVELS = Table(
    "stock_levels",
    "fuse",
    "what lies where: the latest word of each source on each product and place",
    (
        "product_id",
        "source",
        "place",
    ),
    columns("""
        product_id varchar!  the product
        source varchar!  the source
        place varchar!  warehouse, shop or location; 'all' where the source tells none apart
        ts timestamp  as of when, UTC; null: nobody said
        on_hand double  units that are there
        available double  units that may be sold
        reserved double  units promised to orders
        incoming double  units ordered or on their way
    """),
)

CATALOGUE_DAYS = Table(
    "catalogue_days",
    "fuse",
    "what each source counted of a product in a day",
    (
        "product_id",
        "day",
        "source",
    ),
    columns("""
        product_id varchar!  the product
        day date!  the day, in the source's zone
        source varchar!  the source
        channel varchar!  its channel
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
        conversion double  share of visitors who bought, from 0 to 1
        currency varchar!  the shop's currency
    """),
)

CAMPAIGN_RESULTS = Table(
    "campaign_results",
    "fuse",
    "one row a campaign: what its source counted, and whom exposures name",
    ("campaign_id",),
    columns("""
        campaign_id varchar!  the campaign
        source varchar!  the source
        channel varchar!  its channel
        name varchar!  its name, or what the source calls it
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
        currency varchar!  the shop's currency
        exposures bigint!  exposures told one by one
        customers bigint!  different customers among them
    """),
)

CAMPAIGN_EXPOSURES = Table(
    "campaign_exposures",
    "fuse",
    "who was shown or sent what, and what they did with it",
    (
        "source",
        "file",
        "line",
        "item",
    ),
    columns("""
        ts timestamp!  when, UTC
        customer_id varchar  who; null: nobody known
        campaign_id varchar  the campaign
        product_id varchar  the product
        kind varchar!  sent, delivered, impression, open, click, bounce, unsubscribe, complaint, or as said
        place varchar  where it was shown
        variant varchar  which version of it
        source varchar!  the source
        channel varchar!  its channel
        file varchar!  the source's file
        line bigint!  the line in it
        item int!  place within the line
    """),
)

PRODUCT_REVIEWS = Table(
    "product_reviews",
    "fuse",
    "what was said of products, without the words",
    (
        "source",
        "file",
        "line",
        "item",
    ),
    columns("""
        review_id varchar!  the review
        ts timestamp!  when written, UTC
        customer_id varchar  who; null: nobody known
        product_id varchar  the product; null: the shop
        order_id varchar  the order
        rating double  stars or points
        scale double!  the most that can be given
        verified boolean  whether the source knows of the purchase
        status varchar  published, pending, rejected, or as said
        letters bigint!  length of heading and text
        answered boolean!  whether the shop answered
        source varchar!  the source
        channel varchar!  its channel
        file varchar!  the source's file
        line bigint!  the line in it
        item int!  place within the line
    """),
)

SUPPORT_TICKETS = Table(
    "support_tickets",
    "fuse",
    "requests to customer service, without the words",
    (
        "source",
        "file",
        "line",
        "item",
    ),
    columns("""
        ticket_id varchar!  the ticket
        ts timestamp!  when it came in, UTC
        customer_id varchar  who; null: nobody known
        order_id varchar  the order
        product_id varchar  the product
        kind varchar  question, problem, return, complaint, or as said
        status varchar  new, open, waiting, solved, closed, or as said
        priority varchar  low, normal, high, urgent, or as said
        via varchar  email, chat, telephone, form, social, or as said
        answer_minutes bigint  from the request to the first answer
        closed_minutes bigint  from the request to its end
        satisfaction varchar  good, bad or a number; null: nobody said
        letters bigint!  length of subject and first message
        source varchar!  the source
        channel varchar!  its channel
        file varchar!  the source's file
        line bigint!  the line in it
        item int!  place within the line
    """),
)

ORDER_SHIPMENTS = Table(
    "order_shipments",
    "fuse",
    "what was sent where: one row a parcel, or one a product in it",
    (
        "source",
        "file",
        "line",
        "item",
    ),
    columns("""
        shipment_id varchar!  the parcel
        order_id varchar  the order
        customer_id varchar  who ordered; null: nobody known
        product_id varchar  the product
        quantity double  units of the product
        carrier varchar  carrier
        status varchar  pending, shipped, delivered, returned, lost, cancelled, or as said
        shipped_ts timestamp  when sent, UTC
        delivered_ts timestamp  when delivered, UTC
        place varchar  warehouse or shop it left from
        country varchar  country it went to, ISO 3166 alpha-2 where known
        region varchar  state or province it went to
        source varchar!  the source
        channel varchar!  its channel
        file varchar!  the source's file
        line bigint!  the line in it
        item int!  place within the line
    """),
)

ORDER_PAYMENTS = Table(
    "order_payments",
    "fuse",
    "money that moved, in the shop's currency",
    (
        "source",
        "file",
        "line",
        "item",
    ),
    columns("""
        payment_id varchar!  the payment
        ts timestamp!  when, UTC
        order_id varchar  the order
        customer_id varchar  who; null: nobody known
        kind varchar!  charge, refund, fee, transfer, dispute, adjustment, or as said
        status varchar  succeeded, pending, failed, cancelled, or as said
        amount_minor bigint!  amount; refunds and fees are negative
        fee_minor bigint  what the service kept of it, not negative
        refunded_minor bigint  given back of it so far, not negative
        currency varchar!  the shop's currency
        method varchar  card, wallet, transfer, cash, invoice, or as said
        risk varchar  risk, as said
        disputed boolean  whether the payer disputes it
        source varchar!  the source
        channel varchar!  its channel
        file varchar!  the source's file
        line bigint!  the line in it
        item int!  place within the line
    """),
)
