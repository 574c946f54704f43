"""The invented people of the real households, and how each is reached."""

from __future__ import annotations

import random
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import duckdb
import pyarrow as pa

from onebasket.demo.engine import make_table
from onebasket.demo.purchases import Home
from onebasket.demo.rates import Rates

ADULT = 18
_SIZES = (0.28, 0.34, 0.16, 0.14, 0.08)  # households of one to five people
_YEAR_US, _DAY_US = 1_483_228_800_000_000, 86_400_000_000
_ACCOUNT_BASE = 7_100_000_000_000
_CARDS = ("Visa", "MasterCard", "American Express", "Discover")


@dataclass(slots=True)
class Household:
    """Where people live, and what they share. `tablet`: the cookie of a shared tablet, or ''."""

    id: str
    street: tuple[str, str, str]  # number and name, kind, short kind
    city: str
    state: str
    state_name: str
    zip: str
    landline: str
    chinese: bool
    tablet: str
    chinese_address: str
    chinese_zip: str
    people: list[Person] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """One person. E-mails and phones carry the day of the year from which they hold."""

    id: str
    household: Household
    number: int  # within the chunk
    given: str
    family: str
    nickname: str
    hanzi: str  # the Chinese name, or the transliteration of a Western one
    hanzi_family: int  # characters of its family name; 0: a transliteration
    age: int
    emails: list[tuple[int, str]] = field(default_factory=list)
    phones: list[tuple[int, str]] = field(default_factory=list)
    other_email: str = ""
    chinese_mobile: str = ""
    accounts: list[str] = field(default_factory=list)
    tmall: str = ""
    loyalty: str = ""
    square_id: str = ""
    card: tuple[str, str] = ("", "")
    cookies: list[str] = field(default_factory=list)
    installs: list[str] = field(default_factory=list)

    @property
    def adult(self) -> bool:
        return self.age >= ADULT

    def email(self, day: int) -> str:
        return [value for since, value in self.emails if since <= day][-1]

    def phone(self, day: int) -> str:
        return [value for since, value in self.phones if since <= day][-1]


class Numbers:
    """Telephone numbers, e-mails and ids that no two people share unless they are meant to.

    American numbers are of exchange 555, which no subscriber has; e-mail domains are reserved ones.
    """

    def __init__(self, chunk: int, rng: random.Random) -> None:
        self._rng, self._chunk = rng, chunk
        self._free: dict[str, list[int]] = {}
        self._taken: set[str] = set()
        self._domains = (
            ("example.com", "example.net", "example.org", "mail.example", "post.example")
            if chunk == 0
            else (f"mail{chunk}.example", f"post{chunk}.example")
        )

    def american(self, area: str) -> str:
        free = self._free.get(area)
        if not free:
            free = self._free[area] = self._rng.sample(range(1000), 1000)
        number = free.pop() + 1000 * (self._chunk % 10)
        return f"{area}{555 + self._chunk // 10}{number:04d}"

    def chinese(self) -> str:
        return self._new(
            lambda: (
                f"{self._rng.choice(('138', '139', '136', '158', '186', '177'))}"
                f"{self._chunk % 100:02d}{self._rng.randrange(10**6):06d}"
            )
        )

    def email(self, given: str, family: str) -> str:
        first, last = ascii_letters(given).lower(), ascii_letters(family).lower()
        shapes = (
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{first}{last}",
            f"{last}.{first}",
            f"{first}_{last[0]}",
        )

        def make() -> str:
            suffix = str(self._rng.randrange(1, 999)) if self._rng.random() < 0.6 else ""
            return f"{self._rng.choice(shapes)}{suffix}@{self._rng.choice(self._domains)}"

        return self._new(make)

    def hexadecimal(self, digits: int) -> str:
        return f"{self._rng.getrandbits(digits * 4):0{digits}x}"

    def cookie(self) -> str:
        """A GA4 client id: a random number and a second of the year before."""
        return self._new(
            lambda: f"{self._rng.randrange(10**8, 2**31)}.{self._rng.randrange(1451606400, 1483228800)}"
        )

    def install(self) -> str:
        text = self.hexadecimal(32)
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def _new(self, make: Callable[[], str]) -> str:
        value = make()
        while value in self._taken:
            value = make()
        self._taken.add(value)
        return value


def make_households(homes: list[Home], chunk: int, seed: int, rates: Rates) -> list[Household]:
    """The households of one chunk with their people, in order."""
    rng = random.Random(f"people-{seed}-{chunk}")
    numbers = Numbers(chunk, rng)
    households = [_household(home, chunk, place, rng, numbers, rates) for place, home in enumerate(homes)]
    people = [person for household in households for person in household.people]
    for number, person in enumerate(people):
        person.number, person.id = number, f"p{chunk:02d}{number:06d}"
        person.accounts = [
            f"{_ACCOUNT_BASE + chunk * 10**7 + number * 20 + i * 7}" for i in range(len(person.accounts))
        ]
    return households


def _household(
    home: Home, chunk: int, place: int, rng: random.Random, numbers: Numbers, rates: Rates
) -> Household:
    places = _data("places")
    city, state, state_name, zip3, areas = rng.choice(places["cities"]).split("|")
    area = rng.choice(areas.split(","))
    kind, short = rng.choice(places["street_kinds"]).split("|")
    province, chinese_city, district, chinese_zip = rng.choice(places["chinese_cities"]).split()
    size = home.size or rng.choices(range(1, 6), _SIZES)[0]
    household = Household(
        id=f"h{chunk:02d}{place:06d}",
        street=(f"{rng.randrange(1, 9800)} {rng.choice(places['streets'])}", kind, short),
        city=city,
        state=state,
        state_name=state_name,
        zip=f"{zip3}{rng.randrange(1, 90):02d}",
        landline=numbers.american(area) if rng.random() < rates.landline else "",
        chinese=rng.random() < rates.chinese_household,
        tablet=numbers.cookie() if size > 1 and rng.random() < rates.shared_tablet else "",
        chinese_address=f"{province} {chinese_city} {district} {rng.choice(places['chinese_streets'])}"
        f"{rng.randrange(1, 999)}号{rng.randrange(1, 30)}幢{rng.randrange(1, 25)}0{rng.randrange(1, 5)}室",
        chinese_zip=chinese_zip,
    )
    household.people.extend(_people(household, home, size, rng, rates))
    for person in household.people:
        _reach(person, area, rng, numbers, rates)
    _share(household, rng, rates)
    return household


def _people(household: Household, home: Home, size: int, rng: random.Random, rates: Rates) -> list[Person]:
    """One or two adults of like age, then children or, when they are old, grown ones."""
    first_age = home.age + rng.randrange(10) if home.age else rng.randrange(22, 78)
    ages = [first_age]
    if size > 1:
        ages.append(max(ADULT, first_age + rng.randrange(-6, 7)))
    ages += [max(1, first_age - rng.randrange(20, 38)) for _ in range(size - 2)]
    families = [_family(household.chinese, rng)]
    if rng.random() < rates.two_family_names:
        families.append(_family(household.chinese, rng))
    people: list[Person] = []
    sexes: list[str] = []
    for place, age in enumerate(ages):
        family, hanzi_family = families[place] if place < len(families) else families[0]
        sex = rng.choice("fm") if place != 1 else ("m" if sexes[0] == "f" else "f")
        given, nickname, hanzi_given = _given(household.chinese, sex, rng)
        person = Person(
            id="",
            household=household,
            number=0,
            given=given,
            family=family,
            nickname=nickname,
            hanzi=hanzi_family + hanzi_given if household.chinese else f"{hanzi_given}·{hanzi_family}",
            hanzi_family=len(hanzi_family) if household.chinese else 0,
            age=age,
        )
        people.append(person)
        sexes.append(sex)
    return people


def _family(chinese: bool, rng: random.Random) -> tuple[str, str]:
    """A family name and its Chinese writing."""
    names = _data("names")
    if chinese:
        hanzi, latin = rng.choice(names["chinese_family"]).split()
        return latin, hanzi
    if rng.random() < 0.55:
        latin, hanzi = rng.choice(names["family"]).split()
        return latin, hanzi
    (start, hanzi_start), (end, hanzi_end) = (
        rng.choice(names[part]).split() for part in ("family_start", "family_end")
    )
    return start + end, hanzi_start + hanzi_end


def _given(chinese: bool, sex: str, rng: random.Random) -> tuple[str, str, str]:
    """A given name, its short form ('' where none) and its Chinese writing."""
    names = _data("names")
    if chinese:
        _, hanzi, latin = rng.choice([n for n in names["chinese_given"] if n[0] == sex]).split()
        return latin, "", hanzi
    _, latin, nickname, hanzi = rng.choice([n for n in names["given"] if n[0] == sex]).split()
    return latin, nickname.replace("-", ""), hanzi


def _reach(person: Person, area: str, rng: random.Random, numbers: Numbers, rates: Rates) -> None:
    """E-mails, phones, accounts, cookies, cards of one person."""
    person.cookies = [numbers.cookie() for _ in range(rng.choices((1, 2, 3, 4), (0.35, 0.35, 0.2, 0.1))[0])]
    if not person.adult:
        return
    person.emails = [(0, numbers.email(person.given, person.family))]
    if rng.random() < rates.changed_email:
        person.emails.append((rng.randrange(30, 330), numbers.email(person.given, person.family)))
    person.other_email = numbers.email(person.nickname or person.given, person.family)
    person.chinese_mobile = numbers.chinese()
    same = person.household.chinese and rng.random() < rates.same_chinese_mobile
    person.phones = [(0, f"+86{person.chinese_mobile}" if same else numbers.american(area))]
    if rng.random() < rates.changed_phone:
        person.phones.append((rng.randrange(30, 330), numbers.american(area)))
    if rng.random() < rates.account:
        person.accounts = ["", ""] if rng.random() < rates.second_account else [""]
    person.tmall = f"{rng.choice(('tb', 'tm_', 'ali'))}{numbers.hexadecimal(8)}"
    if rng.random() < rates.loyalty:
        landline = person.household.landline
        person.loyalty = (
            landline if landline and rng.random() < rates.loyalty_landline else person.phones[0][1]
        )
        if rng.random() < rates.loyalty_named:
            person.square_id = numbers.hexadecimal(26).upper()
    person.card = (rng.choice(_CARDS), f"{rng.randrange(10**4):04d}")
    person.installs = [numbers.install() for _ in range(rng.choices((1, 2), (0.8, 0.2))[0])]


def _share(household: Household, rng: random.Random, rates: Rates) -> None:
    """Some adults use the first adult's e-mail or mobile."""
    first, *others = [person for person in household.people if person.adult]
    for person in others:
        if rng.random() < rates.shared_email:
            person.emails = first.emails
        if rng.random() < rates.shared_phone:
            person.phones = first.phones


def ascii_letters(text: str) -> str:
    """The name in plain letters: 'Müller' as 'Muller', "O'Brien" as 'OBrien'."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ø", "O"))
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalpha())


@cache
def _data(name: str) -> dict[str, list[str]]:
    text = (files("onebasket.demo") / "data" / f"{name}.toml").read_text(encoding="utf-8")
    data: dict[str, list[str]] = tomllib.loads(text)
    return data


def store_names() -> list[str]:
    """The names of the shop's stores."""
    return [f"{name} Store" for name in _data("places")["stores"]]


def register_people(connection: duckdb.DuckDBPyConnection, households: list[Household]) -> None:
    """Make the table `person`: what writers of rows need to know of everybody."""
    people = [person for household in households for person in household.people]
    columns = {
        "number": [person.number for person in people],
        "person_id": [person.id for person in people],
        "household_id": [person.household.id for person in people],
        "given": [person.given for person in people],
        "family": [person.family for person in people],
        "email": [person.email(0) if person.adult else None for person in people],
        "email_later": [person.email(366) if person.adult else None for person in people],
        "email_from_us": [
            _YEAR_US + person.emails[-1][0] * _DAY_US if person.adult else None for person in people
        ],
        "phone": [f"+1{person.phone(0)}".replace("+1+", "+") if person.adult else None for person in people],
        "loyalty": [person.loyalty for person in people],
        "square_id": [person.square_id for person in people],
        "card_brand": [person.card[0] for person in people],
        "card_digits": [person.card[1] for person in people],
    }
    make_table(connection, "person", pa.table(columns))
