"""The report's totals are the file's, to the cent: returns and refused lines accounted for."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from pathlib import Path

from onebasket.run import run
from tests.journey import shops


def test_sold_returned_and_refused_add_up_to_the_file(tmp_path: Path) -> None:
    shop = shops.make(tmp_path / "shop", lines=40)
    with (shop / "lines.csv").open("a", encoding="utf-8") as file:
        file.write("A3,2024-03-20 10:00:00,p0@example.org,Person A,S3,Thing 3,-1,2.50\n")
        file.write("ADJ,2024-03-21 10:00:00,,,B,Adjust bad debt,1,-11062.06\n")
    total = Decimal(0)
    for row in (shop / "lines.csv").read_text(encoding="utf-8").splitlines()[1:]:
        quantity, price = row.split(",")[-2:]
        total += Decimal(quantity) * Decimal(price)
    page = run(shop).report.read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("−", "-")
    money = text[text.index("Money, to the last cent") :]
    found = [Decimal(amount.replace(",", "")) for amount in re.findall(r"-?€?-?([\d,]+\.\d\d)", money)[:5]]
    sold, returned, kept, refused, together = found
    assert refused == Decimal("11062.06")
    assert returned == Decimal("2.50")
    assert kept == sold - returned
    assert together == abs(total) == abs(kept - refused)
