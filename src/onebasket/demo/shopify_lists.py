"""The web shop's customers and products: Shopify's two other exports."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa

from onebasket.demo.baskets import Chunk
from onebasket.demo.engine import columns_of, make_table, text_schema
from onebasket.demo.export import csv_row, write_rows
from onebasket.demo.people import Household
from onebasket.demo.rates import Rates
from onebasket.demo.shopify import SOURCE
from onebasket.demo.truth import Truth
from onebasket.demo.writing import international, name_of, street_of

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
                phone = international(person.phone(366)) if rng.random() < rates.order_phone else None
                consent = rng.random() < rates.marketing_consent
                place_of = (street_of(household, rng), household.city, household.state, household.zip)
                rows.append(
                    (account, given, family, email, *place_of, phone, consent, person.id, household.id)
                )
    schema = text_schema(
        "account", "given", "family", "email", "street", "city", "state", "zip", "phone", "consent",
        "person_id", "household_id", consent=pa.bool_(),
    )  # fmt: skip
    make_table(connection, "account_holder", columns_of(rows, schema))
    connection.execute("""
        create or replace table customer as
        select c.*, 1 + row_number() over (order by account) as line, coalesce(s.spent, 0) as spent,
            coalesce(s.orders, 0) as orders
        from account_holder c left join (
            select account, sum(total)::bigint as spent, count(*) as orders
            from contact join shop_head using (p) join purchase using (p)
            where signed_in group by account
        ) s using (account)
    """).fetchall()
    query = f"select {csv_row(CUSTOMERS, _CUSTOMER_CELLS)} as text from customer order by line"
    write_rows(connection, query, folder / file, CUSTOMERS)
    truth.people(f"select '{SOURCE}', '{file}', line, person_id, household_id from customer")


_CUSTOMER_CELLS = {
    "Customer ID": "'''' || account",
    "First Name": "q(given)",
    "Last Name": "q(family)",
    "Email": "q(email)",
    "Accepts Email Marketing": "case when consent then 'yes' else 'no' end",
    "Default Address Address1": "q(street)",
    "Default Address City": "q(city)",
    "Default Address Province Code": "state",
    "Default Address Country Code": "'US'",
    "Default Address Zip": "'''' || zip",
    "Default Address Phone": "'''' || phone",
    "Phone": "'''' || phone",
    "Accepts SMS Marketing": "'no'",
    "Total Spent": "money(spent)",
    "Total Orders": "orders",
    "Tax Exempt": "'no'",
}


def write_products(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The product export, in Shopify's new template: one row a product."""
    query = f"select {csv_row(PRODUCTS, _PRODUCT_CELLS)} as text from product order by product"
    write_rows(connection, query, folder / "exports/shopify/products.csv", PRODUCTS)


_PRODUCT_CELLS = {
    "Title": "q(web_title)",
    "URL handle": "handle",
    "Vendor": "q(brand)",
    "Product category": "q(department || ' > ' || category)",
    "Type": "q(type)",
    "Published on online store": "'TRUE'",
    "Status": "case when lines = 0 and product % 10 = 0 then 'Archived' else 'Active' end",
    "SKU": "sku",
    "Barcode": "'''' || gtin",
    "Option1 name": "case when web_size = '' then 'Title' else 'Size' end",
    "Option1 value": "case when web_size = '' then 'Default Title' else web_size end",
    "Price": "money(round(cents * raised))",
    "Cost per item": "money(round(cents * 0.7))",
    "Charge tax": "upper(taxable::varchar)",
    "Inventory tracker": "'shopify'",
    "Inventory quantity": "stock",
    "Continue selling when out of stock": "'DENY'",
    "Weight value (grams)": "nullif(grams, 0)",
    "Weight unit for display": "'g'",
    "Requires shipping": "'TRUE'",
    "Fulfillment service": "'manual'",
    "Gift card": "'FALSE'",
    "Google Shopping / Condition": "'New'",
    "Google Shopping / Custom product": "'FALSE'",
}
