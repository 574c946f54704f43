"""One catalogue: products, where their values come from, and what each source asks and has."""

from __future__ import annotations

from onebasket.tables.schema import Table, columns

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
        stock bigint  units to sell by the latest levels; without levels, units in all sources' lists
        active boolean!  sold by some channel
        sources list(varchar)!  sources that list it, sorted
        titles list(varchar)!  all titles, sorted
        vector list(double)  numbers of its picture, by the source that has most of them
    """),
)

CATEGORY_LINKS = Table(
    "category_links",
    "fuse",
    "what each source's categories are in the shared tree",
    ("source", "category"),
    columns("""
        source varchar!  the source
        category varchar!  what it calls the category; levels parted by ' > '
        shared_category varchar!  what the catalogue calls it
        rule varchar!  tree: the shared tree is this source's; products, name: aligned by them; own: neither
        listings bigint!  listings of the source in it
        agreeing bigint!  of the products that are in both trees, those that are in the shared category
        products bigint!  products of the category that are in both trees
    """),
)

PRODUCT_VALUES = Table(
    "product_values",
    "fuse",
    "where the values of the catalogue come from: one row a product and attribute",
    ("product_id", "attribute"),
    columns("""
        product_id varchar!  the product
        attribute varchar!  title, brand, category, gtin, sku, size, pack_count, price
        said varchar!  the value; price: minor units of the shop's currency
        source varchar!  the source that says it
        product_key varchar!  in which listing
        listings bigint!  listings that say something
        others bigint!  how many different values they say beside it
    """),
)

PRODUCT_OFFERS = Table(
    "product_offers",
    "fuse",
    "what each source asks for a product, and has of it",
    ("source", "product_key"),
    columns("""
        product_id varchar!  the product
        source varchar!  the source
        product_key varchar!  its listing
        channel varchar!  where it is sold
        listed_price_minor bigint  price, as the source lists it
        currency varchar  its currency
        price_minor bigint  price in the shop's currency; null: no price, or no rate
        stock bigint  units in the source's list
        active boolean!  whether it may be sold there
    """),
)

PRODUCT_CONFLICTS = Table(
    "product_conflicts",
    "fuse",
    "products whose listings contradict each other",
    ("product_id", "attribute"),
    columns("""
        product_id varchar!  the product
        attribute varchar!  gtin, brand, size or pack_count
        statements list(varchar)!  source: value, sorted
    """),
)
