"""JD (京东): the order export of the merchant's back office, one row an article, in GBK."""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Constant, Stripped, column, first, rows, words

_ORDER_NUMBER = Stripped(column("订单号"))
_STATUS = {
    "等待付款": "pending",
    "等待付款确认": "pending",
    "等待出库": "paid",
    "等待发货": "paid",
    "暂停": "paid",
    "锁定": "paid",
    "等待确认收货": "paid",
    "完成": "paid",
    "已完成": "paid",
    "取消": "cancelled",
    "已取消": "cancelled",
    "(删除)取消": "cancelled",
    "（删除）取消": "cancelled",
    "(删除)等待出库": "cancelled",
    "（删除）等待出库": "cancelled",
}

ORDERS = Layout(
    "orders",
    required=("订单号", "商品名称", "订购数量", "下单时间", "订单状态"),
    people=rows(
        {
            "account": Stripped(column("下单帐号")),
            "phone": Stripped(column("联系电话")),
            "full_name": column("客户姓名"),
            "address": column("客户地址"),
        }
    ),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": column("下单时间"),
            "status": words(column("订单状态"), _STATUS, otherwise=column("订单状态")),
            "total": first(column("应付金额"), column("结算金额"), column("订单金额")),
            "shipping": column("运费金额"),
            "place": column("订单来源"),
        }
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": _ORDER_NUMBER,
            "product_key": Stripped(first(column("商家SKUID"), column("货号"), column("商品ID"))),
            "sku": Stripped(first(column("商家SKUID"), column("货号"))),
            "title": column("商品名称"),
            "quantity": column("订购数量"),
            "unit_price": column("京东价"),
        }
    ),
)

FORMAT = Format(
    "jd",
    channel="marketplace",
    layouts=(ORDERS,),
    time_formats=("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "iso"),
    time_zone="Asia/Shanghai",
    currency="CNY",
    country="CN",
    encodings=("gb18030",),
    padded=True,
)
