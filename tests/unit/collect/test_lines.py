"""Every row keeps its line, whatever stands between the lines."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onebasket.collect.lines import Scan
from onebasket.errors import SourceError


def lines_of(world: Any) -> list[tuple[int, str]]:
    return world.rows("raw_products", "line", "title")


def refused(world: Any) -> list[tuple[int, str, str]]:
    return world.rows("quarantine", "line", "reason", "row_text")


def test_plain_rows(read: Any) -> None:
    world = read({"f.csv": "a,b,c\n1,2,3\n4,5,6\n"})
    assert lines_of(world) == [(2, "1"), (3, "4")]
    assert world.accounts[0].rows_in == world.accounts[0].kept == 2
    assert world.rows("files", "file", "encoding", "rows", "rejected") == [("in/f.csv", "utf-8", 2, 0)]


def test_embedded_newlines_blank_lines_and_refused_rows_shift_lines(read: Any) -> None:
    text = 'a,b,c\n1,"x\ny\n\nz",3\n\n2,5\n3,6,7,8\n4,"q"r,1\n\n\n5,"two\nlines",9\n6,,\n'
    world = read({"f.csv": text})
    assert lines_of(world) == [(2, "1"), (12, "5"), (14, "6")]
    assert refused(world) == [
        (7, "too_few_columns", "2,5"),
        (8, "too_many_columns", "3,6,7,8"),
        (9, "broken_quote", '4,"q"r,1'),
    ]
    account = world.accounts[0]
    assert (account.rows_in, account.kept, account.quarantined) == (6, 3, 3)


def test_header_of_several_lines_and_blank_lines_before_it(read: Any) -> None:
    world = read({"f.csv": '\n\na,b,"c"\n1,2,3\n4\n5,6,7\n', "g.csv": 'a,b,c,"d\nd"\n1,2,3,4\n'})
    found = sorted(world.rows("raw_products", "file", "line"))
    assert found == [("in/f.csv", 4), ("in/f.csv", 6), ("in/g.csv", 3)]
    assert [line for line, *_ in refused(world)] == [5]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends(read: Any, end: str) -> None:
    world = read({"f.csv": f"a,b,c{end}1,2,3{end}{end}4{end}5,6,7{end}"})
    assert lines_of(world) == [(2, "1"), (5, "5")]
    assert refused(world) == [(4, "too_few_columns", "4")]


def test_mixed_line_ends(read: Any) -> None:
    world = read({"f.csv": 'a,b,c\n1,2,"3"\r\n4,x\ry,6\n7,"8\n8",9\r\n10,11,12'})
    assert world.rows("raw_products", "line", "title", "brand", "size") == [
        (2, "1", "2", "3"),
        (3, "4", "x y", "6"),
        (4, "7", "8\n8", "9"),
        (6, "10", "11", "12"),
    ]


def test_unclosed_quote_that_the_next_quote_isolates(read: Any) -> None:
    world = read({"f.csv": 'a,b,c\n1,"open,3\n4,"5",6\n7,8,9\n'})
    assert lines_of(world) == [(4, "7")]
    assert refused(world) == [(2, "broken_quote", '1,"open,3\n4,"5",6')]


def test_unclosed_quote_on_the_last_line_is_refused(read: Any) -> None:
    world = read({"f.csv": 'a,b,c\n1,2,3\n4,5,"6\n'})
    assert lines_of(world) == [(2, "1")]
    assert refused(world) == [(3, "broken_quote", '4,5,"6')]


def test_unclosed_quote_that_swallows_the_rest_is_an_error(read: Any) -> None:
    with pytest.raises(SourceError) as error:
        read({"f.csv": 'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n'})
    assert "in/f.csv" in str(error.value) and "line 3" in str(error.value)


def test_broken_quote_deep_in_a_large_file(read: Any) -> None:
    rows = [f"{n},x,y" for n in range(600_000)]
    rows[499_998] = '499998,"x,y'
    with pytest.raises(SourceError, match=r"in/f\.csv") as error:
        read({"f.csv": "a,b,c\n" + "\n".join(rows) + "\n"})
    assert "line 500000 " in str(error.value)


def test_quote_closed_again_deep_in_a_large_file(read: Any) -> None:
    rows = [f'{n},"x, x",y' if n % 3 else f"{n},x,y" for n in range(600_000)]
    rows[499_998] = '499998,"x,y'
    rows[10] = '10,"two\nlines",y'
    world = read({"f.csv": "a,b,c\n" + "\n".join(rows) + "\n"})
    assert [(line, reason) for line, reason, _ in refused(world)] == [(500_001, "broken_quote")]
    wrong = world.store.query(
        "select count(*) from raw_products where line <> title::bigint + if(title::bigint > 10, 3, 2)"
    )
    assert wrong.fetchall() == [(0,)]
    assert world.accounts[0].rows_in == 599_999  # the broken record has swallowed the line after it


def test_too_long_a_record(read: Any) -> None:
    world = read({"f.csv": f"a,b,c\n1,2,{'x' * 1_200_000}\n4,5,6\n"})
    assert lines_of(world) == [(3, "4")]
    assert [(line, reason) for line, reason, _ in refused(world)] == [(2, "too_long")]


def test_stray_quotes_in_bare_texts(read: Any) -> None:
    text = 'a,b,c\n6" pipe,"a\nb",3\n7" pipe,8" pipe,"c\nd"\n"x" ,"y, z" , "w"\nlast,1,2\n'
    world = read({"f.csv": text})
    assert [line for line, _ in lines_of(world)] == [2, 4, 6, 7]


def test_single_column(read: Any) -> None:
    world = read({"f.csv": 'a\n1\n\n"2\n3"\n4\n'}, format="table", products={"title": "a"})
    assert lines_of(world) == [(2, "1"), (4, "2\n3"), (6, "4")]
    assert world.accounts[0].rows_in == 4


def test_ndjson(read: Any) -> None:
    text = '{"a":1}\n\n{"a":"2"}\nnot json\n{"a":\n[1]\n  \n{}\n{"b":5}\nnull\n'
    text += '{"a":"caf\\u00e9"} \n{"a":"\xff"}\n{"a":3}'
    world = read({"f.json": text.encode("latin-1")}, products={"title": "a"})
    assert lines_of(world) == [(1, "1"), (3, "2"), (11, "café"), (13, "3")]
    assert [(line, reason) for line, reason, _ in refused(world)] == [
        (4, "not_json"),
        (5, "not_json"),
        (6, "not_json"),
        (10, "not_json"),
        (12, "wrong_encoding"),
    ]
    assert refused(world)[0][2] == "not json"
    assert world.accounts[0].rows_in == 11 and world.accounts[0].kept == 6


def test_ndjson_packed_with_a_mark_and_large(read: Any) -> None:
    count = 40_000
    lines = [f'{{"a":"{n}","pad":"{"x" * 200}"}}' for n in range(count)]
    lines[20_000] = "broken"
    packed = gzip.compress(("\ufeff" + "\n".join(lines) + "\n").encode())
    plain = gzip.compress(("\n".join(lines) + "\n").encode())
    for number, content in enumerate((packed, plain)):
        name = f"{number}.json.gz"
        world = read({name: content}, path=f"in/{name}", products={"title": "a"})
        wrong = world.store.query("select count(*) from raw_products where line <> title::bigint + 1")
        assert wrong.fetchall() == [(0,)]
        assert world.store.count("raw_products") == count - 1
        assert refused(world) == [(20_001, "not_json", "broken")]


def test_json_array(read: Any) -> None:
    world = read({"f.json": '[{"a":1,"o":{"p":"x"}},\n {"a":2}]'}, products={"title": "a", "brand": "o.p"})
    assert world.rows("raw_products", "line", "title", "brand") == [(1, "1", "x"), (2, "2", None)]


_CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)
_NASTY = st.text(st.sampled_from('",\n a\r'), max_size=6)
_ROW = st.tuples(_CELL | _NASTY, _CELL | _NASTY, _CELL | _NASTY)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_ROW, min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_comes_back(
    open_world: Callable[[Path], Any], rows: list[tuple[str, str, str]], end: str
) -> None:
    out = io.StringIO(newline="")
    # The module does not quote a lone \r on its own account, which makes it a line end.
    lone = any("\r" in cell for row in rows for cell in row)
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if lone else csv.QUOTE_MINIMAL)
    writer.writerow(("a", "b", "c"))
    expected = []
    for row in rows:
        line = out.getvalue().count("\n") + 1
        writer.writerow(row)
        if any(row):
            expected.append((line, *(cell or None for cell in row)))
    with TemporaryDirectory() as folder:
        (Path(folder) / "f.csv").write_bytes(out.getvalue().encode())
        world = open_world(Path(folder))
        assert world.rows("raw_products", "line", "title", "brand", "size") == expected
        assert world.rows("quarantine") == []


_BROKEN = st.lists(
    st.sampled_from(['"', '""', ",", "\n", "\r\n", " ", "a", "é", "x,y,z\n", '"q","r","s"\n']), max_size=30
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_BROKEN)
def test_no_record_is_lost_whatever_stands_in_a_file(
    open_world: Callable[[Path], Any], pieces: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "f.csv").write_text("a,b,c\n" + "".join(pieces), newline="")
        try:
            world = open_world(Path(folder))
        except SourceError:
            return  # said aloud
        account = world.accounts[0]
        lines = world.rows("raw_products", "line")
        assert len(set(lines)) == len(lines) <= account.kept
        assert world.store.count("quarantine") == account.quarantined
        assert (
            max([*lines, *world.rows("quarantine", "line")], default=0) <= 1 + "".join(pieces).count("\n") + 1
        )


def test_a_file_that_ends_with_refused_records_leaves_the_next_files_lines_alone(read: Any) -> None:
    files = {
        "1.csv": "a,b,c\none,y,z\ntwo\n",
        "2.csv": "a,b,c\n\nthree,y,z\nfour,y,z\n",
        "3.csv": "a,b,c\nfive\n",
        "4.csv": "a,b,c\nsix,y,z\n",
    }
    world = read(files)
    assert world.rows("raw_products", "file", "line", "title") == [
        ("in/1.csv", 2, "one"), ("in/2.csv", 3, "three"), ("in/2.csv", 4, "four"), ("in/4.csv", 2, "six"),
    ]  # fmt: skip


@given(
    st.sampled_from(["utf-8", "gb18030", "big5", "shift_jis", "euc_kr", "cp1252"]),
    st.lists(
        st.one_of(
            st.sampled_from([b"5", b"\n", b"a", b","]),
            st.integers(128, 255).map(lambda byte: bytes([byte])),
            st.sampled_from(["茶", "é", "花茶"]).map(lambda text: text.encode("gb18030")),
            st.sampled_from(["茶", "é", "花茶"]).map(str.encode),
        ),
        max_size=12,
    ).map(b"".join),
)
@settings(deadline=None, max_examples=500)
def test_lines_that_cannot_be_decoded_are_found(encoding: str, text: bytes) -> None:
    scan = Scan(1, None, encoding=encoding)
    scan.feed(b"first\n" + text + b"\nlast\n")
    words = [number for number, line in enumerate(text.split(b"\n"), 2) if not _decodes(line, encoding)]
    if encoding == "utf-8":
        assert scan.undecodable == words
    assert set(words) <= set(scan.undecodable)  # of other encodings also lines in which words in UTF-8 hide


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
