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

CATALOGUE = Table(
    "catalogue",
    "fuse",
    "one row a product",
    ("product_id",),
    columns("""
        product_id varchar!  the product
        gtin varchar  barcode, 14 digits
        sku varchar  stock keeping unit
        title varchar!  best title
        title_source varchar  the source it came from
        brand varchar  brand
        category varchar!  category; levels parted by ' > '; 'unknown' where nobody says
        category_top varchar!  its first level
        size_value double  content in size_unit
        size_unit varchar  g, ml or each
        pack_count int  pieces in the pack
        price_minor bigint  price in the shop's currency
        price_source varchar  the source it came from
        stock bigint  units in stock over all sources that count them
        active boolean!  sold by some channel
        sources list(varchar)!  sources that list it, sorted
        titles list(varchar)!  all titles, sorted
        vector list(double)  numbers of its picture, by the source that has most of them
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
