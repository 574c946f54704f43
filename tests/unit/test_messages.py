"""The catalogues hold every text of the code, and the compiled file is that of the written one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from onebasket import messages

KEYWORDS = {"_": None, "say": None, "mark": None}
PLACES = re.compile(r"\{(\w*)\}")
CHINESE = messages.FOLDER / "zh" / "LC_MESSAGES" / f"{messages.DOMAIN}.po"


def texts_of_the_code() -> set[str]:
    mappings = tomllib.loads((messages.FOLDER / "babel.toml").read_text(encoding="utf-8"))["mappings"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings]
    found = extract_from_dir(messages.FOLDER.parent, methods, keywords=KEYWORDS)
    return {text for _, _, text, _, _ in found if isinstance(text, str) and text}


def written() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh")


def pairs(catalog: Catalog) -> dict[str, str]:
    return {message.id: message.string for message in catalog if message.id}


def test_every_text_has_a_chinese_translation_and_no_translation_is_left_over() -> None:
    found = pairs(written())
    assert {text for text in found if not found[text]} == set()
    assert texts_of_the_code() - set(found) == set(), "run `make messages`, then translate"
    assert set(found) - texts_of_the_code() == set(), "run `make messages`"


def test_the_compiled_catalogue_is_that_of_the_written_one() -> None:
    with CHINESE.with_suffix(".mo").open("rb") as file:
        assert pairs(read_mo(file)) == pairs(written())


def test_translations_keep_the_places_to_be_filled() -> None:
    assert [
        text
        for text, said in pairs(written()).items()
        if sorted(PLACES.findall(text)) != sorted(PLACES.findall(said))
    ] == []


def test_translator_gives_chinese_and_falls_back_to_english() -> None:
    assert messages.translator("zh")("Net sales") == "净销售额"
    assert messages.translator("en")("Net sales") == "Net sales"
    assert messages.translator("zh")("a text nobody wrote") == "a text nobody wrote"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in (messages.ENVIRONMENT, "LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)
    yield monkeypatch


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"ONEBASKET_LANGUAGE": "zh", "LC_ALL": "en_US.UTF-8"}, "zh"),
        ({"ONEBASKET_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_default_language_asks_our_variable_first(
    environment: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    assert messages.default_language() == language
