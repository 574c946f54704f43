"""A shop whose doubtful listings a language model judges: what it says counts, what fails is asked again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.journey.shops import command
from tests.journey.test_catalogue import products
from tests.servers.language_model import serving

pytest.importorskip("openai", reason="the extra [judge] is not installed")

SHOP = """
[shop]
name = "Corner"
currency = "EUR"
timezone = "Europe/Berlin"

[align.judge]
url = "{url}"
model = "small"
budget = 3
low = 0.0
high = 1.0
"""
SOURCE = """
[[source]]
name = "{name}"
channel = "store"
format = "table"
path = "{name}.csv"

[source.products]
product_key = "key"
title = "title"
"""
TITLES = {"till": ("RED KETTLE", "DSK LAMP"), "web": ("Kettle of red steel", "Lamp for desks")}


def test_what_failed_is_asked_again_and_what_is_said_counts(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    for name, titles in TITLES.items():
        rows = "".join(f"{key},{title}\n" for key, title in enumerate(titles))
        (shop / f"{name}.csv").write_text(f"key,title\n{rows}", encoding="utf-8")
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    with serving() as (model, url):
        text = SHOP.format(url=url) + "".join(SOURCE.format(name=name) for name in TITLES)
        (shop / "shop.toml").write_text(text, encoding="utf-8")
        model.status = 500
        first = command("fuse", shop, env=env)
        assert first.returncode == 0, first.stderr
        assert "questions to the judge" in first.stdout and "InternalServerError" in first.stdout
        model.status, before = 200, len(model.asked)
        second = command("fuse", shop, env=env)
        assert second.returncode == 0 and "is published" in second.stdout and len(model.asked) > before
        assert "questions to the judge" not in second.stdout
        third = command("fuse", shop, env=env)
        assert "Nothing has changed" in third.stdout
    joined = products(shop)
    assert joined["till/0"] == joined["web/0"] and joined["till/1"] == joined["web/1"]
    why = command("why", shop, "till/0", "web/0")
    assert "the language model asked" in why.stdout, why.stdout
