"""The web shop's orders: Shopify's order export. Orders placed in the app come in here too."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa

from onebasket.demo.baskets import APP, CANCELLED, PARTLY, PENDING, REFUNDED, WEB, Chunk, Purchases
from onebasket.demo.engine import columns_of, make_table, text_schema
from onebasket.demo.export import csv_row, single_bytes, write_rows
from onebasket.demo.people import Household, Person
from onebasket.demo.rates import Rates
from onebasket.demo.truth import Truth
from onebasket.demo.writing import name_of, phone_of, slip, street_of

SOURCE = "webshop"
APP_SOURCE = "2451837"  # what the Source column says of orders placed in the app
ZONE = "America/New_York"
ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
    "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,"
    "Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,"
    "Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,"
    "Billing Phone,"
    "Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,"
    "Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,"
    "Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,"
    "Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,"
    "Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,"
    "Payment References"
)
COMPANIES = ("Northlight Design", "Fernhill Dental", "Quay Street Law", "Brightwater School")
_NOTE = single_bytes(b"Leave it at the caf\xe9")
_STAFF = ("staff@harbourhill.example", None, "Test Order", "1 Harbour Street", None, "Boston", "MA",
          "Massachusetts", "02101", "")  # fmt: skip
_Contact = tuple[str | None, str | None, str, str, str | None]


def register_contacts(
    connection: duckdb.DuckDBPyConnection,
    purchases: Purchases,
    households: list[Household],
    chunk: Chunk,
    rates: Rates,
) -> None:
    """Make the table `contact`: what the buyer of each web or app order wrote of themselves."""
    rng = random.Random(f"contacts-{chunk.seed}-{chunk.number}")
    people = [person for household in households for person in household.people]
    days, buyers = purchases.day.tolist(), purchases.person.tolist()
    signed_in, tests = purchases.signed_in.tolist(), purchases.test.tolist()
    rows: list[tuple[object, ...]] = []
    for p, channel in enumerate(purchases.channel.tolist()):
        if channel not in (WEB, APP):
            continue
        if tests[p]:
            rows.append((p, *_STAFF))
        else:
            person = people[buyers[p]]
            rows.append((p, *_contact(person, days[p], signed_in[p], rng, rates), *_place(person)))
    schema = text_schema(
        "p", "email", "phone", "name", "street", "company", "city", "state", "state_name", "zip", "account",
        p=pa.int64(),
    )  # fmt: skip
    make_table(connection, "contact", columns_of(rows, schema))


def _contact(person: Person, day: int, signed_in: bool, rng: random.Random, rates: Rates) -> _Contact:
    household = person.household
    email: str | None = person.email(day)
    phone: str | None = None
    if rng.random() < rates.order_phone:
        landline = household.landline and rng.random() < rates.order_landline
        phone = phone_of(household.landline if landline else person.phone(day), rng)
    if not signed_in:
        draw = rng.random()
        if draw < rates.guest_no_email:
            email, phone = None, phone_of(person.phone(day), rng)
        elif draw < rates.guest_no_email + rates.guest_relay_email:
            email = f"{rng.getrandbits(40):010x}@privaterelay.appleid.com"
        elif draw < rates.guest_no_email + rates.guest_relay_email + rates.guest_email_typo:
            local, _, domain = str(email).partition("@")
            email = f"{slip(local, rng)}@{domain}"  # never another domain: it might be somebody's
        elif rng.random() < rates.guest_other_email:
            email = person.other_email
    elif rng.random() < rates.email_capitals:
        email = str(email).title()
    if phone and rng.random() < rates.junk_identifier:
        phone = rng.choice(("0000000000", "n/a", "1111111111"))
    company = rng.choice(COMPANIES) if rng.random() < rates.company else None
    return email, phone, name_of(person, rng, rates), street_of(household, rng), company


def _place(person: Person) -> tuple[str, str, str, str, str]:
    home = person.household
    return home.city, home.state, home.state_name, home.zip, person.accounts[0] if person.accounts else ""


def write_orders(
    connection: duckdb.DuckDBPyConnection, folder: Path, chunk: Chunk, rates: Rates, truth: Truth
) -> None:
    """The order export, and a second export of its last days that overlaps it."""
    name = f"exports/shopify/orders{chunk.suffix}.csv"
    again = f"exports/shopify/orders-again{chunk.suffix}.csv"
    connection.execute(_HEAD_SQL).fetchall()
    connection.execute(_row_sql(rates)).fetchall()
    connection.execute(f"""
        create or replace table shop_row_again as
        select r.* exclude (line), 1 + row_number() over (order by line) as line
        from shop_row r join purchase using (p)
        where ts >= (select max(ts) from purchase) - interval {rates.reexported_days} day
    """).fetchall()
    for table, file in (("shop_row", name), ("shop_row_again", again)):
        query = _TEXT_SQL.replace("$table", table).replace("$consent", str(rates.marketing_consent))
        write_rows(connection, query, folder / file, ORDERS)
        rows = f"from {table} join purchase using (p) join contact using (p)"
        where = f"'{SOURCE}', '{file}', line"
        truth.people(f"select {where}, person_id, household_id {rows} where n = 1 or email is not null")
        truth.orders(f"select {where}, nullif({_NAME}, ''), purchase_id {rows} where n = 1")
        truth.damage(f"select {where}, bad, null from {table} where bad is not null")
        truth.damage(f"select {where}, 'test_order', null {rows} where test")
    truth.damage(
        f"select '{SOURCE}', '{again}', a.line, 'exported_twice', '{name}:' || r.line"
        " from shop_row_again a join shop_row r using (p, n)"
    )
    truth.damage(
        f"select '{SOURCE}', '{name}', line, 'untracked', null from shop_row join purchase using (p)"
        " where n = 1 and not tracked and not test"
    )


# Money of the whole order, in cents. Groceries are not taxed; shipping is free from 50 dollars.
_STAMP = (
    "strftime(local_time({0}, '" + ZONE + "'), '%Y-%m-%d %H:%M:%S ')"
    " || case when local_time({0}, '" + ZONE + "') = {0} - interval 4 hour then '-0400' else '-0500' end"
)
_HEAD_SQL = f"""
    create or replace table shop_head as
    with sums as (
        select p, sum(amount)::bigint as subtotal, sum(discount)::bigint as discount,
            round(sum(case when taxable then amount else 0 end) * 0.06625)::bigint as tax
        from line join product using (product)
        where channel in ({WEB}, {APP})
        group by p
    )
    select p, subtotal, discount, tax, case when subtotal < 5000 then 595 else 0 end as shipping,
        subtotal + tax + case when subtotal < 5000 then 595 else 0 end as total,
        {_STAMP.format("ts")} as created, {_STAMP.format("ts + interval 3 hour")} as cancelled_at
    from sums join purchase using (p)
"""


def _row_sql(rates: Rates) -> str:
    """One row a line item with what is broken in it (`bad`), if anything; `n` = 1 carries the order."""
    wrong = rates.broken_date + rates.wrong_encoding
    missing = rates.negative_price + rates.missing_product
    first = "u('shop_order', order_number, 0)"
    own = "u('shop_line', order_number, n)"
    return f"""
        create or replace table shop_row as
        select p, n, product, quantity, price, discount,
            1 + row_number() over (order by order_number, n) as line,
            case
                when test then null
                when n = 1 and {first} < {rates.broken_date} then 'broken_date'
                when n = 1 and {first} < {wrong} then 'wrong_encoding'
                when n = 1 and {first} < {wrong + rates.missing_order_number} then 'missing_order_number'
                when {own} < {rates.negative_price} then 'negative_price'
                when {own} < {missing} then 'missing_product'
                when {own} < {missing + rates.absurd_quantity} then 'absurd_quantity'
            end as bad
        from line join purchase using (p)
        where line.channel in ({WEB}, {APP})
        order by line
    """


_STATUS = (
    f"case status when {REFUNDED} then 'refunded' when {PARTLY} then 'partially_refunded'"
    f" when {CANCELLED} then 'voided' when {PENDING} then 'pending' else 'paid' end"
)
_PAYMENTS = "['Shopify Payments', 'PayPal Express Checkout', 'Shopify Payments', 'Gift Card']"
_OPEN = f"status in ({CANCELLED}, {PENDING})"
_NAME = "case when bad = 'missing_order_number' then '' else '#' || order_number end"
_BAD_TIMES = "['0000-00-00 00:00:00 +0000', '2017-02-30 10:00:00 -0500', '', '43012.52']"
_LATER_CELLS = {  # what every row of an order says
    "Name": _NAME,
    "Email": "q(email)",
    "Lineitem quantity": "case when bad = 'absurd_quantity' then 99999999 else quantity end",
    "Lineitem name": "q(web_title)",
    "Lineitem price": "money(case when bad = 'negative_price' then -price else price end)",
    "Lineitem sku": "case when bad = 'missing_product' then '' else sku end",
    "Lineitem requires shipping": "true",
    "Lineitem taxable": "taxable",
    "Lineitem fulfillment status": "'fulfilled'",
    "Vendor": "q(brand)",
    "Lineitem discount": "money(discount)",
}
_ADDRESS = {
    "Name": "q(name)",
    "Street": "q(street)",
    "Address1": "q(street)",
    "Company": "q(company)",
    "City": "q(city)",
    "Zip": "'''' || zip",
    "Province": "state",
    "Province Name": "state_name",
    "Country": "'US'",
    "Phone": "q(phone_cell)",
}
_FIRST_CELLS = {
    **_LATER_CELLS,
    **{f"{kind} {name}": cell for kind in ("Billing", "Shipping") for name, cell in _ADDRESS.items()},
    "Financial Status": _STATUS,
    "Paid at": f"case when {_OPEN} then '' else created end",
    "Fulfillment Status": f"case when {_OPEN} then 'unfulfilled' else 'fulfilled' end",
    "Fulfilled at": f"case when {_OPEN} then '' else created end",
    "Accepts Marketing": "case when marketing then 'yes' else 'no' end",
    "Currency": "'USD'",
    "Subtotal": "money(subtotal)",
    "Shipping": "money(shipping)",
    "Taxes": "money(tax)",
    "Total": "money(total)",
    "Discount Amount": "money(head_discount)",
    "Shipping Method": "'Standard'",
    "Created at": f"case when bad = 'broken_date' then {_BAD_TIMES}[1 + order_number % 4] else created end",
    "Notes": f"case when bad = 'wrong_encoding' then '{_NOTE}' end",
    "Cancelled at": f"case when status = {CANCELLED} then cancelled_at end",
    "Payment Method": "case when test and order_number % 2 = 0 then 'bogus'"
    f" else {_PAYMENTS}[1 + floor(u('pay', order_number, 0) * 4)::int] end",
    "Payment Reference": "'c' || order_number || '.1'",
    "Refunded Amount": f"money(case status when {REFUNDED} then total when {PARTLY} then total // 3"
    " else 0 end)",
    "Outstanding Balance": f"money(case when status = {PENDING} then total else 0 end)",
    "Id": "4500000000000 + order_number * 1024",
    "Tags": "case when test then 'test' end",
    "Risk Level": "'Low'",
    "Source": f"case when channel = {APP} then '{APP_SOURCE}' else 'web' end",
    "Tax 1 Name": "case when tax > 0 then 'State Tax 6.625%' end",
    "Tax 1 Value": "case when tax > 0 then money(tax) end",
    "Phone": "q(phone_cell)",
    "Payment ID": "'r' || order_number || '.1'",
}
_TEXT_SQL = f"""
    select case when n = 1 then {csv_row(ORDERS, _FIRST_CELLS)}
        else {csv_row(ORDERS, _LATER_CELLS)} end as text
    from (
        select r.*, purchase.* exclude (p), contact.* exclude (p), product.* exclude (product),
            subtotal, shipping, tax, total, created, cancelled_at, h.discount as head_discount,
            u('marketing', person, 0) < $consent as marketing,
            case when phone like '+%' then '''' || phone else phone end as phone_cell
        from $table r
        join purchase using (p) join contact using (p) join shop_head h using (p) join product using (product)
    )
    order by line
"""
