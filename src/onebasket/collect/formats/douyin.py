"""Douyin shops (抖店): the order export, whose columns the shop chooses.

Ids begin with a tab. A row is a part of an order, with one article or with several, parted by `;`. Names and
telephone numbers are masked or encrypted (`##…`, `$$…`).
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Beside,
    Constant,
    Contains,
    Filled,
    Not,
    Stripped,
    When,
    column,
    first,
    item,
    joined,
    rows,
    words,
)

_ORDER_NUMBER = Stripped(column("主订单编号"))
_STATUS = {
    "待支付": "pending",
    "待付款": "pending",
    "备货中": "paid",
    "待发货": "paid",
    "部分发货": "paid",
    "已发货": "paid",
    "已完成": "paid",
    "已关闭": "cancelled",
    "已取消": "cancelled",
}
_SENT = words(column("发货时间"), {"-": None}, otherwise=column("发货时间"))
_COUNTS = column("商品数量")
_IS_ONE = Not(Contains(_COUNTS, ";"))
_IS_UNPRICED = Not(Filled(column("商品单价")))

ORDERS = Layout(
    "orders",
    required=("主订单编号", "选购商品", "商品数量", "订单提交时间", "订单状态"),
    people=rows(
        {
            "phone": column("收件人手机号"),
            "full_name": column("收件人"),
            "address": joined(column("区"), column("街道"), column("详细地址"), sep=""),
            "city": column("市"),
            "region": column("省"),
        }
    ),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": column("订单提交时间"),
            "status": words(column("订单状态"), _STATUS, otherwise=column("订单状态")),
            "place": first(column("达人昵称"), column("APP渠道")),
        }
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": _ORDER_NUMBER,
            "product_key": Stripped(first(item("code"), item("id"))),
            "sku": Stripped(item("code")),
            "title": item("title"),
            "quantity": item("count"),
            "unit_price": item("price"),
            "discount": When(_IS_ONE, column("优惠总金额")),
            # Fewer columns may be chosen: then what is to be paid is all that tells the price.
            "amount": When(_IS_UNPRICED, column("订单应付金额")),
        },
        each=Beside(
            (
                ("count", _COUNTS),
                ("title", column("选购商品")),
                ("code", column("商家编码")),
                ("id", column("商品ID")),
                ("price", column("商品单价")),
            ),
            ";",
        ),
    ),
    shipments=rows(
        {
            "order_id": _ORDER_NUMBER,
            "tracking": column("快递信息"),
            "shipped_time": _SENT,
            "region": column("省"),
        },
        where=Filled(_SENT),
    ),
)

FORMAT = Format(
    "douyin",
    channel="social",
    layouts=(ORDERS,),
    time_formats=("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "iso"),
    time_zone="Asia/Shanghai",
    currency="CNY",
    country="CN",
    encodings=("gb18030",),
    padded=True,
)
