"""Encodings are found, stated, and wrong ones are told apart from damaged lines."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from onebasket.collect.encodings import guess
from onebasket.errors import SourceError

NAMES = ["Müller", "Søren", "Žofie", "François", "Núñez"]
CHINESE = ["请放门口", "交易成功", "茉莉花茶 100克", "南京市鼓楼区", "海盐芝士饼干"]


def encoding_of(world: Any) -> str:
    (encoding,) = world.rows("files", "encoding")
    return str(encoding)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_marked_or_valid(read: Any, encoding: str, found: str, packed: bool) -> None:
    text = "a,b,c\n" + "".join(f'{name},"x\ny",z\n' for name in NAMES)
    content = text.encode(encoding)
    world = read({"f.csv": gzip.compress(content) if packed else content})
    assert encoding_of(world) == found
    assert world.rows("raw_products", "line", "title") == [(2 + 2 * n, name) for n, name in enumerate(NAMES)]


def test_chinese_is_guessed_without_a_declaration(read: Any) -> None:
    text = "a,b,c\n" + "".join(f"{name},y,z\n" for name in CHINESE * 20)
    world = read({"f.csv": text.encode("gb18030")})
    assert encoding_of(world) == "gb18030"
    assert world.rows("raw_products", "title")[:5] == CHINESE


def test_western_letters_are_guessed(read: Any) -> None:
    names = ["Müller", "François", "Núñez", "Garçon à Orléans", "Größe", "Château d’Yquem"] * 10
    world = read({"f.csv": ("a,b,c\n" + "".join(f"{n},y,z\n" for n in names)).encode("cp1252")})
    assert world.rows("raw_products", "title") == names


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp1252", ["Käse", "Größe 4", "Oak board 20 × 30 cm", "Crème brûlée", "tea"]),
        ("cp932", ["テスト", "緑茶 100g", "ﾏｸﾞｶｯﾌﾟ", "表", "tea"]),
        ("utf-8", ["Käse", "表", "テスト"]),
    ],
)
def test_one_of_several_declared(encoding: str, texts: list[str]) -> None:
    lines = [f"a\t{text}\tb".encode(encoding) for text in texts]
    assert guess(lines, ("utf-8", "cp932", "cp1252")) == encoding
    assert [guess([line], ("utf-8", "cp932", "cp1252")) for line in lines[:3]] == [encoding] * 3


def test_stated_encoding_holds(read: Any) -> None:
    world = read({"f.csv": "a,b,c\nMüller,y,z\n".encode("cp1252")}, encoding="latin-1")
    assert encoding_of(world) == "iso8859-1"
    assert world.rows("raw_products", "title") == ["Müller"]


def test_damaged_lines_go_to_quarantine_and_the_others_on(read: Any) -> None:
    lines = [f"{name},y,z".encode() for name in NAMES * 3]
    lines[4] = b"caf\xe9,y,z"
    lines[7] = b'one,"two\nth\xffree",z'
    world = read({"f.csv": b"a,b,c\n" + b"\n".join(lines) + b"\n"})
    assert encoding_of(world) == "utf-8"
    assert world.rows("quarantine", "line", "reason", "row_text") == [
        (6, "wrong_encoding", "caf\\xe9,y,z"),
        (9, "wrong_encoding", 'one,"two\nth\\xffree",z'),
    ]
    found = world.rows("raw_products", "line", "title")
    assert found == [(n + 2 + (n > 7), name) for n, name in enumerate(NAMES * 3) if n not in (4, 7)]
    assert world.accounts[0].quarantined == 2


def test_utf8_words_in_a_chinese_file(read: Any) -> None:
    lines = [f"{name},y,z".encode("gb18030") for name in CHINESE * 10]
    lines[3] = "请放门口,".encode() + "交易成功,z".encode("gb18030")
    world = read({"f.csv": b"a,b,c\n" + b"\n".join(lines)}, encoding="gbk")
    assert [(line, reason) for line, reason in world.rows("quarantine", "line", "reason")] == [
        (5, "wrong_encoding")
    ]
    assert world.store.count("raw_products") == len(lines) - 1


def test_wrong_statement_is_an_error_that_names_the_likely_encoding(read: Any) -> None:
    text = "a,b,c\n" + "".join(f"{name},{name},z\n" for name in CHINESE * 20)
    with pytest.raises(SourceError) as error:
        read({"f.csv": text.encode("gb18030")}, encoding="utf-8")
    assert "utf-8" in str(error.value) and "gb18030" in str(error.value)
    assert "in/f.csv" in str(error.value)


def test_unknown_encoding(read: Any) -> None:
    with pytest.raises(SourceError, match="no such encoding"):
        read({"f.csv": "a,b,c\n1,2,3\n"}, encoding="utf-9")


def test_nothing_decoded_is_left_behind(read: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    read({"f.csv": ("a,b,c\n" + "秘密,y,z\n" * 9).encode("gb18030")}, encoding="gb18030")
    assert list(folder.iterdir()) == []
