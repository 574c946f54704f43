# ruff: noqa: E501 (tables of columns)
"""Files of Taobao, Tmall, JD, WeChat, Douyin and Pinduoduo as they would export the world."""

from __future__ import annotations

from dataclasses import replace

from tests.formats.sample import Row, Sample, money, stamp
from tests.formats.truth import Sale, world
from tests.formats.western import bought, head_fact

W, W2 = world(3, chinese=True), world(4, chinese=True)
ZONE = "Asia/Shanghai"
LONG = 170_000_000_000_000_000  # numbers that a spreadsheet would round


def _orders() -> list[tuple[str, Sale]]:
    return [(str(LONG + sale.number), sale) for sale in W.sales] + [
        (str(2 * LONG + sale.number), sale) for sale in W2.sales
    ]


def _at(sale: Sale) -> str:
    return stamp(sale.local(ZONE))


def _tmall_heads(file: str, layout: str, extra: dict[str, str]) -> Sample:
    rows = []
    for n, (order, sale) in enumerate(_orders()):
        who = sale.person
        cells = {
            "订单编号": f"'{order}" if n % 2 else f'="{order}"', "买家会员名": f"tb{who.number}", "总金额": money(sale.total), "买家实际支付金额": money(sale.total),
            "买家应付邮费": money(sale.shipping), "订单状态": "交易关闭" if sale.cancelled else "卖家已发货，等待买家确认", "收货人姓名": f"{who.family}*", "收货地址": "上海市****",
            "联系手机": f"'{who.phone[:3]}****{who.phone[-4:]}", "订单创建时间": _at(sale), "宝贝标题": sale.lines[0].product.title, "店铺名称": "旗舰店", **extra,
        }  # fmt: skip
        rows.append(Row(cells, {"orders": [head_fact(sale, order)], "accounts": [(f"tb{who.number}",)]}))
    roles = {"time": ("订单创建时间",), "total": ("买家实际支付金额",)}
    traps = ("GBK", "leading apostrophes", 'numbers as ="…"', "masked values", "full-width punctuation")
    return Sample(file, "tmall", layout, rows, roles, traps, encoding="gb18030")


def tmall_orders_full() -> Sample:
    return _tmall_heads(
        "taobao_tmall_ExportOrderList_full.csv", "ExportOrderList", {"新零售成交门店昵称": "南京路店"}
    )


def tmall_orders_classic() -> Sample:
    return _tmall_heads(
        "taobao_tmall_ExportOrderList_classic.csv", "ExportOrderList", {"修改后的收货地址": ""}
    )


def taobao_orders_2026() -> Sample:
    rows = []
    for order, sale in _orders():
        cells = {"订单编号": order, "总金额": money(sale.total), "买家实付金额": money(sale.total), "订单状态": "交易关闭" if sale.cancelled else "交易成功",
                 "订单创建时间": _at(sale), "商品标题": sale.lines[0].product.title, "退款金额": "0.00"}  # fmt: skip
        rows.append(Row(cells, {"orders": [head_fact(sale, order)]}))
    roles = {"time": ("订单创建时间",), "total": ("买家实付金额",)}
    return Sample("taobao_orders_xlsx_2026.csv", "tmall", "orders of 2026", rows, roles, ("columns renamed",))


def tmall_details() -> Sample:
    rows = []
    for order, sale in _orders():
        for line in sale.lines:
            cells = {"订单编号": f'="{order}"', "标题": line.product.title, "价格": money(line.product.cents), "购买数量": str(line.quantity),
                     "商品属性": "颜色分类:白色", "商家编码": line.product.sku, "订单状态": "交易成功"}  # fmt: skip
            rows.append(
                Row(
                    cells,
                    {"events": [bought(order, line.product.sku, line.quantity, line.cents)]},
                    alone=len(sale.lines) == 1,
                )
            )
    roles = {
        "price": ("价格",),
        "amount": ("价格",),
        "quantity": ("购买数量",),
        "product": ("标题", "商家编码", "外部系统编号"),
    }
    traps = ("GBK", 'numbers as ="…"', "order heads in another file")
    return Sample("taobao_tmall_ExportOrderDetailList.csv", "tmall", "ExportOrderDetailList", rows, roles, traps, encoding="gb18030",
                  beside=(tmall_orders_classic(),))  # fmt: skip


def jd() -> Sample:
    rows = []
    for order, sale in _orders():
        for line in sale.lines:
            cells = {
                "订单号": f"\t{order}", "商品ID": f"1000{line.product.sku[-4:]}", "商品名称": line.product.title, "订购数量": str(line.quantity), "下单时间": _at(sale),
                "京东价": money(line.product.cents), "订单金额": money(sale.goods), "应付金额": money(sale.total), "订单状态": "(删除)取消" if sale.cancelled else "等待确认收货",
                "下单帐号": f"jd_{sale.person.number}", "客户姓名": f"{sale.person.family}**", "客户地址": "北京朝阳区****", "联系电话": f"{sale.person.phone[:3]}****{sale.person.phone[-4:]}",
                "货号": line.product.sku, "订单来源": "APP",
            }  # fmt: skip
            told = {
                "orders": [head_fact(sale, order)],
                "events": [bought(order, line.product.sku, line.quantity, line.cents)],
                "accounts": [(f"jd_{sale.person.number}",)],
            }
            rows.append(Row(cells, told, alone=len(sale.lines) == 1))
    roles = {
        "time": ("下单时间",),
        "total": ("应付金额",),
        "price": ("京东价",),
        "amount": ("京东价",),
        "quantity": ("订购数量",),
        "product": ("商品ID", "商品名称", "货号"),
    }
    traps = ("GBK", "leading tabs", "masked values", "order heads on every line")
    return Sample("jd_orders_export.csv", "jd", "orders", rows, roles, traps, encoding="gb18030")


def wechat() -> Sample:
    rows = []
    for order, sale in _orders():
        for line in sale.lines:
            cells = {
                "订单号": f"'{order}", "订单下单时间": _at(sale), "订单状态": "已取消" if sale.cancelled else "已完成", "收件人姓名": f"{sale.person.family}**", "收件人手机": sale.person.phone,
                "省": "广东省", "市": "深圳市", "区": "南山区", "商品总价": money(sale.goods), "订单实际支付金额": f"¥{money(sale.total)}", "订单运费": money(sale.shipping),
                "商品名称": line.product.title, "商品编码(平台)": "9" + line.product.sku[-4:], "SKU编码(自定义)": line.product.sku, "商品价格(单件)": money(line.product.cents),
                "商品实际价格(总共)": money(line.cents), "商品数量": str(line.quantity),
            }  # fmt: skip
            told = {
                "orders": [head_fact(sale, order)],
                "events": [bought(order, line.product.sku, line.quantity, line.cents)],
                "phones": [(f"+86{sale.person.phone}",)],
            }
            rows.append(Row(cells, told, alone=len(sale.lines) == 1))
    roles = {"time": ("订单下单时间",), "total": ("订单实际支付金额",), "amount": ("商品实际价格(总共)",), "price": ("商品价格(单件)",), "quantity": ("商品数量",),
             "product": ("商品名称", "商品编码(平台)", "商品编码(自定义)", "SKU编码(自定义)")}  # fmt: skip
    traps = (
        "byte order mark",
        "leading apostrophes",
        "currency signs",
        "masked values",
        "order heads on every line",
    )
    return Sample("wechat_shop_orders.csv", "wechat", "orders", rows, roles, traps, encoding="utf-8-sig")


def douyin() -> Sample:
    rows = []
    for order, sale in _orders():
        goods = [line.product for line in sale.lines]
        cells = {
            "主订单编号": f"\t{order}", "子订单编号": f"\t{order}", "选购商品": ";".join(each.title for each in goods), "商品数量": ";".join(str(line.quantity) for line in sale.lines),
            "商品ID": ";".join(f"\t{each.sku[-4:]}" for each in goods), "商家编码": ";".join(each.sku for each in goods), "商品单价": ";".join(money(each.cents) for each in goods),
            "订单应付金额": money(sale.total), "运费": money(sale.shipping), "收件人": f"##enc{sale.person.number}", "收件人手机号": f"$$enc{sale.person.number}", "省": "广东省", "市": "深圳市",
            "订单提交时间": _at(sale), "订单完成时间": "-", "订单状态": "已关闭" if sale.cancelled else "已完成", "发货时间": "-", "达人昵称": "小红",
        }  # fmt: skip
        lines = [bought(order, line.product.sku, line.quantity, line.cents) for line in sale.lines]
        rows.append(
            Row(
                cells,
                {"orders": [(*head_fact(sale, order)[:2], None, sale.status)], "events": lines},
                alone=len(sale.lines) == 1,
            )
        )
    roles = {
        "time": ("订单提交时间",),
        "price": ("商品单价",),
        "amount": ("商品单价",),
        "quantity": ("商品数量",),
        "product": ("选购商品", "商品ID", "商家编码"),
    }
    traps = ("byte order mark", "leading tabs", "articles in one cell", "encrypted names", '"-" for no time')
    return Sample("douyin_shop_orders.csv", "douyin", "orders", rows, roles, traps, encoding="utf-8-sig")


def douyin_21() -> Sample:
    rows = []
    for order, sale in _orders():
        sale = replace(sale, lines=sale.lines[:1])
        line = sale.lines[0]
        cells = {"主订单编号": f"\t{order}", "选购商品": line.product.title, "商品数量": str(line.quantity), "商家编码": line.product.sku, "订单应付金额": money(line.cents),
                 "收件人": "##enc", "订单提交时间": f"\t{_at(sale)}", "订单状态": "已关闭" if sale.cancelled else "已发货\t"}  # fmt: skip
        told = {
            "orders": [(*head_fact(sale, order)[:2], None, sale.status)],
            "events": [bought(order, line.product.sku, line.quantity, line.cents)],
        }
        rows.append(Row(cells, told))
    roles = {
        "time": ("订单提交时间",),
        "amount": ("订单应付金额",),
        "quantity": ("商品数量",),
        "product": ("选购商品", "商家编码"),
    }
    traps = ("byte order mark", "leading tabs", "columns chosen by who exports")
    return Sample(
        "douyin_shop_orders_verbatim21.csv", "douyin", "orders", rows, roles, traps, encoding="utf-8-sig"
    )


def pinduoduo() -> Sample:
    rows = []
    for order, sale in _orders():
        line = sale.lines[0]
        paid = line.cents + sale.shipping
        cells = {"商品": line.product.title, "订单号": f"{order[:6]}-{order[6:]}\t", "订单状态": "已取消" if sale.cancelled else "已发货，待签收", "商品总价(元)": money(line.cents), "邮费(元)": money(sale.shipping),
                 "店铺优惠折扣(元)": "0.00", "用户实付金额(元)": money(paid), "商品数量(件)": str(line.quantity), "订单成交时间": f"{_at(sale)}\t", "商品id": "77", "商家编码-规格维度": line.product.sku}  # fmt: skip
        order = f"{order[:6]}-{order[6:]}"
        told = {
            "orders": [head_fact(sale, order, paid)],
            "events": [bought(order, line.product.sku, line.quantity, line.cents)],
        }
        rows.append(Row(cells, told))
    roles = {"time": ("订单成交时间",), "total": ("用户实付金额(元)",), "amount": ("商品总价(元)",), "price": ("商品总价(元)",), "quantity": ("商品数量(件)",),
             "product": ("商品", "商品id", "样式ID", "商家编码-规格维度", "商家编码-商品维度")}  # fmt: skip
    return Sample(
        "pinduoduo_orders.csv",
        "pinduoduo",
        "orders",
        rows,
        roles,
        ("GBK", "trailing tabs", "columns in any order"),
        encoding="gb18030",
    )


FILES = (
    tmall_orders_full, tmall_orders_classic, taobao_orders_2026, tmall_details, jd, wechat, douyin, douyin_21, pinduoduo,
)  # fmt: skip
