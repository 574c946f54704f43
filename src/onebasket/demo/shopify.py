"""The web shop: Shopify's order, customer and product exports. App orders come in here too."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa

from onebasket.demo.baskets import APP, CANCELLED, PARTLY, PENDING, REFUNDED, WEB, Chunk, Purchases
from onebasket.demo.export import write_rows
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
    "Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,"
    "Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,"
    "Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,"
    "Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,"
    "Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,"
    "Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,"
    "Payment References"
)
CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,"
    "Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,"
    "Total Spent,Total Orders,Note,Tax Exempt,Tags"
)
PRODUCTS = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,"
    "Barcode,Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,Option2 Linked To,"
    "Option3 name,Option3 value,Option3 Linked To,Price,Compare-at price,Cost per item,Charge tax,Tax code,"
    "Unit price total measure,Unit price total measure unit,Unit price base measure,"
    "Unit price base measure unit,Inventory tracker,Inventory quantity,Continue selling when out of stock,"
    "Weight value (grams),Weight unit for display,Requires shipping,Fulfillment service,Product image URL,"
    "Image position,Image alt text,Variant image URL,Gift card,SEO title,SEO description,"
    "Color (product.metafields.shopify.color-pattern),Google Shopping / Google product category,"
    "Google Shopping / Gender,Google Shopping / Age group,"
    "Google Shopping / Manufacturer part number (MPN),Google Shopping / Ad group name,"
    "Google Shopping / Ads labels,Google Shopping / Condition,Google Shopping / Custom product,"
    "Google Shopping / Custom label 0,Google Shopping / Custom label 1,Google Shopping / Custom label 2,"
    "Google Shopping / Custom label 3,Google Shopping / Custom label 4"
)
COMPANIES = ("Northlight Design", "Fernhill Dental", "Quay Street Law", "Brightwater School")
_Contact = tuple[int, str | None, str | None, str, str, str | None]


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
    days = purchases.day.tolist()
    buyers, signed_in, tests = (
        purchases.person.tolist(),
        purchases.signed_in.tolist(),
        purchases.test.tolist(),
    )
    rows = [
        (p, "staff@harbourhill.example", None, "Test Order", "1 Harbour Street", None, "Boston", "MA", "Massachusetts",
         "02101", "")
        if tests[p]
        else (*_contact(p, people[buyers[p]], days[p], signed_in[p], rng, rates), *_place(people[buyers[p]]))
        for p, channel in enumerate(purchases.channel.tolist())
        if channel in (WEB, APP)
    ]  # fmt: skip
    names = (
        "p",
        "email",
        "phone",
        "name",
        "street",
        "company",
        "city",
        "state",
        "state_name",
        "zip",
        "account",
    )
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    text = pa.string()
    types = {"p": pa.int64()}
    arrays = [pa.array(c, types.get(n, text)) for n, c in zip(names, columns, strict=True)]
    connection.register("_contact", pa.table(dict(zip(names, arrays, strict=True))))
    connection.execute("create or replace table contact as select * from _contact").fetchall()
    connection.unregister("_contact")


def _contact(p: int, person: Person, day: int, signed_in: bool, rng: random.Random, rates: Rates) -> _Contact:
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
            email = slip(str(email), rng)
        elif rng.random() < rates.guest_other_email:
            email = person.other_email
    elif rng.random() < rates.email_capitals:
        email = str(email).title()
    if phone and rng.random() < rates.junk_identifier:
        phone = rng.choice(("0000000000", "n/a", "1111111111"))
    company = rng.choice(COMPANIES) if rng.random() < rates.company else None
    return p, email, phone, name_of(person, rng, rates), street_of(household, rng), company


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
        text = _TEXT_SQL.format(table=table)
        write_rows(connection, text, folder / file, ORDERS)
        truth.people(
            f"select '{SOURCE}', '{file}', line, person_id, household_id from {table} join purchase using (p)"
            " join contact using (p) where n = 1 or email is not null"
        )
        truth.orders(
            f"select '{SOURCE}', '{file}', line, case when bad = 'missing_order_number' then null else '#' || order_number"
            f" end, purchase_id from {table} join purchase using (p) where n = 1"
        )
        truth.damage(f"select '{SOURCE}', '{file}', line, bad, null from {table} where bad is not null")
        truth.damage(
            f"select '{SOURCE}', '{file}', line, 'test_order', null from {table} join purchase using (p) where test"
        )
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
    edges, kinds = [], []
    for kind in ("broken_date", "wrong_encoding", "missing_order_number"):
        kinds.append(kind)
        edges.append(getattr(rates, kind))
    first = "u('shop_order', order_number, 0)"
    own = "u('shop_line', order_number, n)"
    return f"""
        create or replace table shop_row as
        select p, n, product, quantity, price, discount,
            1 + row_number() over (order by order_number, n) as line,
            case
                when test then null
                when n = 1 and {first} < {edges[0]} then 'broken_date'
                when n = 1 and {first} < {edges[0] + edges[1]} then 'wrong_encoding'
                when n = 1 and {first} < {sum(edges)} then 'missing_order_number'
                when {own} < {rates.negative_price} then 'negative_price'
                when {own} < {rates.negative_price + rates.missing_product} then 'missing_product'
                when {own} < {rates.negative_price + rates.missing_product + rates.absurd_quantity}
                    then 'absurd_quantity'
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
_NAME = "case when bad = 'missing_order_number' then '' else '#' || order_number end"
_CREATED = (
    "case when bad is distinct from 'broken_date' then created"
    " else ['0000-00-00 00:00:00 +0000', '2017-02-30 10:00:00 -0500', '', '43012.52'][1 + order_number % 4] end"
)
_ADDRESS = "q(name), q(street), q(street), '', q(company), q(city), '''' || zip, state, 'US', q(phone_cell)"
_FIRST = f"""concat_ws(',', {_NAME}, q(email), {_STATUS}, case when status = {PENDING} then '' else created end,
    case when status in ({CANCELLED}, {PENDING}) then 'unfulfilled' else 'fulfilled' end,
    case when status in ({CANCELLED}, {PENDING}) then '' else created end,
    case when u('marketing', person, 0) < 0.4 then 'yes' else 'no' end, 'USD', money(subtotal), money(shipping),
    money(tax), money(total), '', money(head_discount), 'Standard', {_CREATED})"""
_ITEM = """concat_ws(',', case when bad = 'absurd_quantity' then '99999999' else quantity::varchar end, q(web_title),
    case when bad = 'negative_price' then '-' else '' end || money(price), '',
    case when bad = 'missing_product' then '' else sku end, 'true', taxable::varchar, 'fulfilled')"""
_REST = f"""concat_ws(',', {_ADDRESS}, {_ADDRESS},
    case when bad = 'wrong_encoding' then 'Leave it at the caf' || chr({0xE000 + 0xE9}) else '' end, '',
    case when status = {CANCELLED} then cancelled_at else '' end,
    case when test and order_number % 2 = 0 then 'bogus'
        else {_PAYMENTS}[1 + floor(u('pay', order_number, 0) * 4)::int] end,
    'c' || order_number || '.1',
    money(case status when {REFUNDED} then total when {PARTLY} then total // 3 else 0 end), q(brand),
    money(case when status = {PENDING} then total else 0 end), '', '', '', (4500000000000 + order_number * 1024)::varchar,
    case when test then 'test' else '' end, 'Low', case when channel = {APP} then '{APP_SOURCE}' else 'web' end,
    money(discount), case when tax > 0 then 'State Tax 6.625%' else '' end,
    case when tax > 0 then money(tax) else '' end, '', '', '', '', '', '', '', '', q(phone_cell), '', '',
    q(state_name), q(state_name), 'r' || order_number || '.1', '', '', '')"""
_LATER = f"""{_NAME} || ',' || q(email) || repeat(',', 15) || {_ITEM} || repeat(',', 27) || q(brand)
    || repeat(',', 9) || money(discount) || repeat(',', 19)"""
_TEXT_SQL = f"""
    select case when n = 1 then {_FIRST} || ',' || {_ITEM} || ',' || {_REST} else {_LATER} end as text
    from (
        select r.*, purchase.* exclude (p), contact.* exclude (p), product.* exclude (product),
            subtotal, shipping, tax, total, created, cancelled_at, h.discount as head_discount,
            case when phone like '+%' then '''' || phone else phone end as phone_cell
        from {{table}} r
        join purchase using (p) join contact using (p) join shop_head h using (p) join product using (product)
    )
    order by line
"""


def write_customers(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    households: list[Household],
    chunk: Chunk,
    rates: Rates,
    truth: Truth,
) -> None:
    """The customer export: one row an account, with the person's latest e-mail and phone."""
    rng = random.Random(f"customers-{chunk.seed}-{chunk.number}")
    file = f"exports/shopify/customers{chunk.suffix}.csv"
    rows = []
    for household in households:
        for person in household.people:
            for place, account in enumerate(person.accounts):
                given, _, family = name_of(person, rng, rates).partition(" ")
                email = person.other_email if place else person.email(366)
                phone = (
                    f"+1{person.phone(366)}".replace("+1+", "+") if rng.random() < rates.order_phone else None
                )
                rows.append(
                    (account, given, family, email, street_of(household, rng), household.city, household.state,
                     household.zip, phone, rng.random() < 0.4, person.id, household.id)
                )  # fmt: skip
    names = ("account", "given", "family", "email", "street", "city", "state", "zip", "phone", "consent",
             "person_id", "household_id")  # fmt: skip
    columns = list(zip(*rows, strict=True))
    connection.register("_customer", pa.table(dict(zip(names, map(pa.array, columns), strict=True))))
    connection.execute(f"""
        create or replace table customer as
        select c.*, 1 + row_number() over (order by account) as line, coalesce(s.spent, 0) as spent,
            coalesce(s.orders, 0) as orders
        from _customer c left join (
            select account, sum(total)::bigint as spent, count(*) as orders
            from contact join shop_head using (p) join purchase using (p)
            where signed_in group by account
        ) s using (account)
    """).fetchall()
    connection.unregister("_customer")
    write_rows(connection, _CUSTOMER_SQL, folder / file, CUSTOMERS)
    truth.people(f"select '{SOURCE}', '{file}', line, person_id, household_id from customer")


_CUSTOMER_SQL = """
    select concat_ws(',', '''' || account, q(given), q(family), q(email), case when consent then 'yes' else 'no' end, '',
        q(street), '', q(city), state, 'US', '''' || zip, coalesce('''' || phone, ''), coalesce('''' || phone, ''),
        'no', money(spent), orders::varchar, '', 'no', '') as text
    from customer order by line
"""


def write_products(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The product export, in Shopify's new template: one row a product."""
    write_rows(connection, _PRODUCT_SQL, folder / "exports/shopify/products.csv", PRODUCTS)


_PRODUCT_SQL = """
    select concat_ws(',', q(web_title), handle, '', q(brand), q(department || ' > ' || category), q(type), '', 'TRUE',
        case when lines = 0 and product % 10 = 0 then 'Archived' else 'Active' end, sku, coalesce('''' || gtin, ''),
        case when web_size = '' then 'Title' else 'Size' end,
        case when web_size = '' then 'Default Title' else q(web_size) end, '', '', '', '', '', '', '',
        money(round(cents * raised)), '', money(round(cents * 0.7)), upper(taxable::varchar), '', '', '', '', '',
        'shopify', stock::varchar, 'DENY', case when grams > 0 then grams::varchar else '' end, 'g', 'TRUE', 'manual',
        '', '', '', '', 'FALSE', '', '', '', '', '', '', '', '', '', 'New', 'FALSE', '', '', '', '', '') as text
    from product order by product
"""
