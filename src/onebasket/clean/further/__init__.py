"""Stock, product days, campaigns, exposures, reviews, tickets, shipments and payments, cleaned in one way.

`declared` says how the texts of each are read; the query of its name (`stock.sql`) types its rows,
finds what is wrong with each and what tells two of them the same. The rest is the same for all.
"""

from onebasket.clean.further.stage import clean_further

__all__ = ["clean_further"]
