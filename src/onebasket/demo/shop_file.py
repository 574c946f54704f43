"""The demo's shop file."""

from __future__ import annotations

from onebasket.demo.browsing import STORE_KIOSK, STORE_TABLET
from onebasket.demo.rates import Rates
from onebasket.demo.tmall import RELAY_DOMAIN


def shop_file(rates: Rates) -> str:
    """The text of shop.toml."""
    return f"""\
[shop]
name = "Harbour & Hill"
currency = "USD"
timezone = "America/New_York"
language = "en"
country = "US"
rates = {{ CNY = {rates.cny_in_usd} }}

[clean]
relay_domains = ["{RELAY_DOMAIN}"]

[[source]]
name = "webshop"
channel = "web"
format = "shopify"
path = "exports/shopify/*.csv"
accounts = "webshop"

[[source]]
name = "website"
channel = "web"
format = "ga4"
path = "exports/ga4/*.json.gz"
accounts = "webshop"
shared_devices = ["{STORE_TABLET}"]  # the tablet in the Harbour Store

[[source]]
name = "app"
channel = "app"
format = "segment"
path = "exports/app/*.ndjson.gz"
accounts = "webshop"
shared_devices = ["{STORE_KIOSK}"]  # the ordering kiosk in the Station Store

[[source]]
name = "stores"
channel = "store"
format = "square"
path = "exports/square/*.csv"

[[source]]
name = "tmall"
channel = "marketplace"
format = "tmall"
path = "exports/tmall/*.csv"
timezone = "Asia/Shanghai"
currency = "CNY"
country = "CN"
"""
