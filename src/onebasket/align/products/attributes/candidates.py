"""The values that an offer may have of each attribute, and what speaks for each of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onebasket.align.products.attributes.evidence import NOTHING, Had, Surroundings, Values, Words
from onebasket.align.products.attributes.spans import KINDS, Text
from onebasket.align.products.attributes.writings import Writing, Writings

_RARELY = 0.004  # a writing that is right less often costs more than it finds
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_NAME = re.compile(r"\w{3,}")
_FAR = 9999.0  # characters, where the attribute's name is nowhere in the text
_UNSAID = (math.nan,) * 14  # of a value that is not written in the text
Told = Mapping[str, tuple[str, ...]]  # the values of each attribute; none where an offer says nothing of it


@dataclass(frozen=True, slots=True)
class Slot:
    """An attribute of a category, as learnt from examples."""

    attribute: str
    place: int  # among all attributes of all categories
    attribute_place: int  # among all attributes, whatever the category
    writings: Writings
    right: dict[Writing, float]  # log odds that a writing's value is right
    values: Values
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that an offer may have, as the trees see it."""

    offer: int
    attribute: str
    value: str
    features: tuple[float, ...]


@dataclass(frozen=True)
class Category:
    """What the examples of a category say of its attributes."""

    words: Words
    told: list[Told]
    slots: list[Slot]

    @classmethod
    def learn(
        cls, place: int, attributes: Mapping[str, int], texts: Sequence[Text], told: list[Told]
    ) -> Category:
        """Of examples: their texts and values. `place` is the category's, `attributes` each attribute's."""
        words, slots = Words(texts), []
        for name, number in attributes.items():
            if any(name in each for each in told):
                values = [each.get(name, ()) for each in told]
                slots.append(_slot(name, (place * len(attributes) + number, number), words, texts, values))
        return cls(words, told, slots)

    def candidates(self, offers: Sequence[int], texts: Sequence[Text]) -> Iterator[Candidate]:
        """Of each attribute of each offer, the values that its text or like offers may say."""
        for offer, text, near in zip(offers, texts, self.words.nearest(texts), strict=True):
            has = self.words.of(text)
            for slot in self.slots:
                votes: dict[str, float] = {}
                for example, share in near:
                    for value in self.told[example].get(slot.attribute) or (NOTHING,):
                        votes[value] = votes.get(value, 0.0) + share
                for value, features in _described(slot, text, has, votes):
                    yield Candidate(offer, slot.attribute, value, features)


def _slot(
    attribute: str, places: tuple[int, int], words: Words, texts: Sequence[Text],
    told: Sequence[tuple[str, ...]],
) -> Slot:  # fmt: skip
    writings = Writings.learn(zip(texts, told, strict=True))
    good: Counter[Writing] = Counter()
    every: Counter[Writing] = Counter()
    heard: list[tuple[Text, int, bool]] = []
    for text, values in zip(texts, told, strict=True):
        for value, spans in writings.read(text).items():
            every.update(writing for _, writing in spans)
            if value in values:
                good.update(writing for _, writing in spans)
            heard += [(text, span, value in values) for span in {span for span, _ in spans}]
    often = {each: n for each, n in every.items() if good[each] >= _RARELY * n}
    right = {each: math.log((good[each] + 0.5) / (n - good[each] + 0.5)) for each, n in often.items()}
    values_of = Values.learn(words, told)
    return Slot(attribute, *places, writings.keep(often), right, values_of, Surroundings.learn(heard))


def _described(
    slot: Slot, text: Text, has: Had, votes: Mapping[str, float]
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Each candidate and what speaks for it."""
    read, values = slot.writings.read(text), slot.values
    places = _Places(slot, text, {span for each in read.values() for span, _ in each})
    share = 1.0 / values.examples
    of_slot = (
        float(slot.place), float(slot.attribute_place), values.times[NOTHING] * share,
        values.speak(NOTHING, has), votes.get(NOTHING, 0.0), max(votes.values(), default=0.0),
        float(len(read)),
    )  # fmt: skip
    for value in dict.fromkeys((*read, *values.tried)):
        said = read.get(value, [])
        spans = {span for span, _ in said}
        writing = max((writing for _, writing in said), key=lambda each: slot.right[each], default=None)
        yield value, (
            *of_slot, values.times.get(value, 0) * share, values.speak(value, has), votes.get(value, 0.0),
            *places.likeliest(spans), float(len(spans)),
            float(sum(text.spans[span].start < len(text.title) for span in spans)),
            slot.right[writing] if writing else math.nan,
            slot.writings.seen[writing] * share if writing else math.nan,
            *_shape(value, text.folded),
        )  # fmt: skip


class _Places:
    """The stretches of a text that values of an attribute may be written in."""

    def __init__(self, slot: Slot, text: Text, spans: set[int]) -> None:
        self._text = text
        self._heard = {span: slot.surroundings.speak(text, span) for span in spans}
        self._rank: dict[int, int] = {}
        self._many: Counter[str] = Counter()
        for span in sorted(spans):
            kind = text.spans[span].kind
            self._rank[span] = self._many[kind]
            self._many[kind] += 1
        words = map(re.escape, _NAME.findall(slot.attribute.lower()))
        self._named = [found.start() for word in words for found in re.finditer(word, text.folded)]

    def likeliest(self, spans: set[int]) -> tuple[float, ...]:
        """Of the stretch whose surroundings say most: what they say, which of its kind it is, what it is."""
        place = max(sorted(spans), key=lambda each: sum(self._heard[each]), default=None)
        if place is None:
            return _UNSAID
        span, heard, rank = self._text.spans[place], self._heard[place], self._rank[place]
        return (
            sum(heard), *heard, float(KINDS.index(span.kind)), span.start / len(self._text.whole),
            float(rank), float(self._many[span.kind] - rank),
            min((float(abs(span.start - at)) for at in self._named), default=_FAR),
            float(len(span.raw)), float(any(mark in span.raw for mark in "-/.")),
        )  # fmt: skip


def _shape(value: str, folded: str) -> tuple[float, ...]:
    length = max(len(value), 1)
    return (
        float(len(value)), sum(map(str.isdigit, value)) / length, sum(map(str.isupper, value)) / length,
        float(value.lower() in folded), float(value) if _FIGURE.fullmatch(value) else math.nan,
    )  # fmt: skip
