"""Proposals for columns of unknown files: what is read of a file, what is proposed, and how it is written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tomllib
from pathlib import Path

import msgspec
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onebasket.adding.mapped import add_mapped
from onebasket.collect.columns import Experience, block, maps, propose
from onebasket.collect.columns.sample import mended, take
from onebasket.errors import SourceError
from onebasket.shop import Source

GERMAN = [
    "Auftragsnummer;Bestelldatum;E-Mail;Empfänger;Straße;PLZ;Ort;Artikelnummer;Bezeichnung;Menge;Einzelpreis",
    "A-1001;03.01.2026 10:22;anna@example.com;Anna Müller;Hauptstr. 5;50667;Köln;TS-01;T-Shirt blau;2;19,90",
    "A-1002;13.01.2026 11:02;ben@example.com;Ben Schulz;Ring 12;10115;Berlin;MG-02;Becher;1;9,50",
    "A-1003;14.01.2026 17:45;cara@example.com;Cara Weiß;Am Markt 1;20095;Hamburg;TS-01;T-Shirt blau;1;19,90",
]
CHINESE = ["订单编号,下单时间,收货人姓名,手机号,收货地址,商品名称,商品编码,购买数量,单价,实付金额,备注"] + [
    f"2026{day:05d},2026-01-{day:02d} 10:00:00,李伟,1380013{day:04d},上海市南京路{day}号,"
    f"保温杯,A{day % 3},1,59.00,59.00,"
    for day in range(1, 21)
]
CUSTOMERS = ["customer_no,fname,lname,mail_addr,dob,zip,loyalty_pts"] + [
    f"{1000 + day},Ann,Smith{day},ann{day}@example.org,1980-02-{day:02d},1000{day},{day * 7}"
    for day in range(1, 10)
]
NOTHING = Experience()


def write(path: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def ours(path: Path, experience: Experience = NOTHING) -> dict[str, set[str]]:
    """What each column is proposed to be."""
    return {each.name: set(each.ours) for each in propose(path, experience).columns}


def test_a_german_export_of_order_lines(tmp_path: Path) -> None:
    found = ours(write(tmp_path / "a.csv", GERMAN))
    assert "people.email" in found["E-Mail"]
    assert "people.full_name" in found["Empfänger"]
    assert "people.postcode" in found["PLZ"]
    assert "people.city" in found["Ort"]
    assert "events.order_id" in found["Auftragsnummer"]
    assert "events.sku" in found["Artikelnummer"]
    assert "events.title" in found["Bezeichnung"]
    assert "events.quantity" in found["Menge"]
    assert "events.unit_price" in found["Einzelpreis"]
    proposal = propose(tmp_path / "a.csv")
    assert (proposal.sample.delimiter, proposal.decimal, proposal.month_first) == (";", ",", False)


def test_a_chinese_export_in_gbk(tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", CHINESE, "gb18030")
    found = ours(path)
    assert propose(path).sample.encoding == "gb18030"
    assert "events.order_id" in found["订单编号"]
    assert "orders.time" in found["下单时间"]
    assert "people.full_name" in found["收货人姓名"]
    assert "people.phone" in found["手机号"]
    assert "people.address" in found["收货地址"]
    assert "events.title" in found["商品名称"]
    assert "events.sku" in found["商品编码"]
    assert "events.quantity" in found["购买数量"]
    assert found["备注"] == set()


def test_customers_in_short_names(tmp_path: Path) -> None:
    proposal = propose(write(tmp_path / "c.csv", CUSTOMERS))
    found = {each.name: set(each.ours) for each in proposal.columns}
    assert found["fname"] == {"people.given_name"}
    assert found["lname"] == {"people.family_name"}
    assert found["mail_addr"] == {"people.email"}
    assert found["dob"] == {"people.birth_date"}
    assert found["loyalty_pts"] == set()
    assert [table for table, _ in proposal.tables] == ["people"]
    keys = {each.name: each.reference for each in proposal.columns}
    assert keys["customer_no"] == "key"


def test_probabilities_are_probabilities_and_nothing_is_proposed_twice(tmp_path: Path) -> None:
    for lines in (GERMAN, CHINESE, CUSTOMERS):
        columns = propose(write(tmp_path / "x.csv", lines)).columns
        for each in columns:
            assert 0 <= each.probability <= 1
            assert sum(chance for _, chance in each.others) <= 1 + 1e-6
        taken = [each.meaning for each in columns if each.ours and not each.part]
        assert len(taken) == len(set(taken))


def test_empty_columns_are_told_by_their_names(tmp_path: Path) -> None:
    header = CUSTOMERS[0]
    found = ours(write(tmp_path / "x.csv", [header, ",,,,,,", ",,,,,,"]))
    assert found["mail_addr"] == {"people.email"}
    assert ours(write(tmp_path / "y.csv", [header]))["dob"] == {"people.birth_date"}


def test_rows_above_the_names(tmp_path: Path) -> None:
    proposal = propose(write(tmp_path / "x.csv", ["Verkaufsbericht;", "Januar 2026;;", "", *GERMAN]))
    assert proposal.sample.header_line == 4
    assert proposal.sample.header[0] == "Auftragsnummer"
    assert [note.kind for note in proposal.notes] == ["names below"]


def test_without_a_row_of_names_nothing_can_be_mapped(tmp_path: Path) -> None:
    proposal = propose(write(tmp_path / "x.csv", CUSTOMERS[1:]))
    assert proposal.sample.header_line == 0
    assert proposal.sample.header[3] == "column 4"
    assert proposal.sample.rows == len(CUSTOMERS) - 1
    assert proposal.columns[3].ours == ("people.email",)
    assert maps(proposal) == {}
    assert [note.kind for note in proposal.notes] == ["no names"]


def test_of_columns_of_one_name_the_first_can_be_mapped(tmp_path: Path) -> None:
    proposal = propose(
        write(tmp_path / "x.csv", ["email,name,Email", "a@b.de,Ann,c@d.de", "e@f.de,Ben,g@h.de"])
    )
    assert [each.usable for each in proposal.columns] == [True, True, False]
    assert [(note.kind, note.said) for note in proposal.notes] == [("same name", "email")]


@pytest.mark.parametrize("width", [1, 500])
def test_one_column_and_many(tmp_path: Path, width: int) -> None:
    names = ["email", *(f"attribute_{number}" for number in range(width - 1))]
    rows = [[f"p{number}@example.org", *(["x"] * (width - 1))] for number in range(3)]
    text = io.StringIO()
    csv.writer(text).writerows([names, *rows])
    path = write(tmp_path / "x.csv", [text.getvalue()])
    columns = propose(path).columns
    assert len(columns) == width
    assert columns[0].ours == ("people.email",)


def test_names_in_the_wrong_encoding_are_mended() -> None:
    assert mended("收货人姓名".encode().decode("latin-1")) == "收货人姓名"
    assert mended("订单编号".encode("gb18030").decode("latin-1")) == "订单编号"
    assert mended("Straße") == "Straße"
    assert mended("Numéro de commande") == "Numéro de commande"
    assert mended("订单编号") == "订单编号"
    assert mended("お届け先") == "お届け先"


def test_mojibake_is_proposed_and_told(tmp_path: Path) -> None:
    lines = [CHINESE[0].encode().decode("latin-1"), *CHINESE[1:]]
    proposal = propose(write(tmp_path / "x.csv", lines))
    assert "people.full_name" in proposal.columns[2].ours
    assert [note.kind for note in proposal.notes] == ["wrong encoding"]


def test_of_a_large_file_only_the_beginning_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", [CUSTOMERS[0], *CUSTOMERS[1:] * 9_000])
    with path.open("r+b") as file:
        file.truncate(2 << 30)  # sparse: takes no room
    found = take(path)
    assert found.rows == 2_000
    assert found.header[0] == "customer_no"


def test_other_kinds_of_files(tmp_path: Path) -> None:
    rows = list(csv.DictReader(CUSTOMERS))
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    (tmp_path / "b.ndjson").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress("\n".join(CUSTOMERS).encode()))
    (tmp_path / "d.csv").write_bytes("\n".join(CUSTOMERS).encode("utf-16"))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "e.parquet")
    book = openpyxl.Workbook()
    for line in ["A report", *CUSTOMERS]:
        book.active.append(line.split(","))
    book.save(tmp_path / "f.xlsx")
    (tmp_path / "g.csv").write_bytes("\r\n".join(CUSTOMERS).encode())
    for path in sorted(tmp_path.iterdir()):
        found = take(path)
        assert found.header == tuple(rows[0]), path.name
        assert found.columns[3][0] == "ann1@example.org", path.name


def test_nested_objects_have_names_with_dots(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ndjson", ['{"customer": {"email": "a@b.de", "name": "Ann"}, "total": 3.5}'])
    found = take(path)
    assert found.header == ("customer.email", "customer.name", "total")
    assert [column[0] for column in found.columns] == ["a@b.de", "Ann", "3.5"]


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file"):
        take(tmp_path / "nowhere.csv")
    with pytest.raises(SourceError, match="empty"):
        take(write(tmp_path / "x.csv", ["", " "]))


def test_the_block_is_a_source_that_the_shop_file_takes(tmp_path: Path) -> None:
    proposal = propose(write(tmp_path / "Orders März.csv", ["A title;", *GERMAN], "cp1252"))
    (said,) = tomllib.loads(block(proposal, confident=0.3))["source"]
    source = msgspec.convert(said, Source, strict=True)
    assert (source.name, source.decimal, source.format) == ("orders-m-rz", ",", "table")
    assert source.events["quantity"] == "Menge"
    assert source.time_formats == ("%d.%m.%Y %H:%M",)
    assert source.people["email"] == "E-Mail"


def test_date_and_time_in_two_columns_are_joined(tmp_path: Path) -> None:
    lines = ["Order ID,Date,Time,SKU,Item,Qty,Price"] + [
        f"{number},1/{number}/2026,{number % 12}:05 PM,S{number},Mug,1,5.00" for number in range(1, 25)
    ]
    found = maps(propose(write(tmp_path / "x.csv", lines)), 0.2)
    times = [mapping["time"] for mapping in found.values() if "time" in mapping]
    assert times
    assert all(each == ["Date", "Time"] for each in times)
    assert '"%m/%d/%Y %I:%M %p"' in block(propose(tmp_path / "x.csv"), confident=0.2)


def test_what_the_shop_knows_decides(tmp_path: Path) -> None:
    lines = ["zzz,E-Mail", *(f"QX{number},p{number}@example.org" for number in range(30))]
    path = write(tmp_path / "x.csv", lines)
    assert ours(path)["zzz"] != {"people.card"}
    assert ours(path, Experience({"zzz": ["people.card"]}))["zzz"] == {"people.card"}


def test_values_that_the_shop_has_are_evidence(tmp_path: Path) -> None:
    lines = ["ref_x,Qty,Price", *(f"QX-{number}Z,1,5.00" for number in range(30))]
    path = write(tmp_path / "x.csv", lines)
    known = {"events.sku": frozenset(f"QX-{number}Z" for number in range(30))}
    before, after = (propose(path, each).columns[0] for each in (Experience(), Experience(known=known)))
    chances = [dict(each.others).get("sku", 0.0) for each in (before, after)]
    assert chances[1] > chances[0]
    assert ("shared", "events.sku", 1.0) in [(each.kind, each.said, each.share) for each in after.evidence]


def test_what_is_less_sure_stands_in_comments(tmp_path: Path) -> None:
    """Taking the signs away gives what asking for less would give."""
    proposal = propose(write(tmp_path / "a.csv", GERMAN))
    surest = max(each.probability for each in proposal.columns if each.ours)
    text = block(proposal, confident=surest)
    assert "events" not in tomllib.loads(text)["source"][0] and "# [source.events]" in text
    bare = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if not line.startswith("# and one of")
    )
    assert tomllib.loads(bare) == tomllib.loads(block(proposal, confident=0.5))


def test_nothing_sure_is_no_map_but_may_be_one_in_comments(tmp_path: Path) -> None:
    proposal = propose(write(tmp_path / "a.csv", GERMAN))
    assert maps(proposal, 1.0) == {}
    (said,) = tomllib.loads(block(proposal, confident=1.0))["source"]
    assert "people" not in said and "events" not in said
    (tmp_path / "shop.toml").write_text('[shop]\nname = "x"\n', encoding="utf-8")
    with pytest.raises(SourceError, match="likely enough"):
        add_mapped(tmp_path, proposal, 1.0)
