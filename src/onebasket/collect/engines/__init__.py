"""One module a kind of database: how it is reached, asked, and its values written in a query."""

from onebasket.collect.engines.mysql import MySql
from onebasket.collect.engines.postgresql import PostgreSql
from onebasket.collect.engines.sqlite import Sqlite
from onebasket.collect.engines.sqlserver import SqlServer

__all__ = ["MySql", "PostgreSql", "SqlServer", "Sqlite"]
