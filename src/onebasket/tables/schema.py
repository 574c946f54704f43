"""What a table is: columns with portable types and meanings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its name, portable type and meaning (units included)."""

    name: str
    type: str
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table: the stage that writes it, its total order and its columns.

    `personal` tables are encrypted at rest and closed to `onebasket query`.
    `by_source` tables have parts of their own for each source, so that one can change alone.
    """

    name: str
    stage: str
    meaning: str
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    personal: bool = False
    by_source: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def columns(text: str) -> tuple[Column, ...]:
    """Read `name type[!]  meaning` lines; `!` marks a column that is never null."""
    columns = []
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        head, _, meaning = line.partition("  ")
        name, _, kind = head.partition(" ")
        columns.append(Column(name, kind.rstrip("!"), meaning.strip(), kind.endswith("!")))
    return tuple(columns)


WHERE = """
    source varchar!  name of the source in the shop file
    channel varchar!  web, app, store, marketplace, social, …
    file varchar!  path of the file, relative to the shop folder, or the URL
    line bigint!  line in that file
"""

ITEM = """
    item int!  place within the line's list of items, from 0
"""

LISTING = """
    product_key varchar  what the source calls the product
    sku varchar  stock keeping unit
    gtin varchar  barcode
    title varchar  title on this line
"""

PERSON = """
    account varchar  account id in the source's account system
    email varchar  e-mail address
    phone varchar  telephone number
    given_name varchar  given name
    family_name varchar  family name
    full_name varchar  whole name, where the source does not split it
    {birth_date}
    company varchar  company
    address varchar  street address, one line
    city varchar  city
    region varchar  state or province
    postcode varchar  postal code
    country varchar  country
    cookie varchar  browser or app installation id
    device varchar  device id (a till, a tablet, a telephone)
    card varchar  payment card fingerprint
    {consent}
"""
