"""Pinduoduo (拼多多): the order export. An order has one article; who bought it is not told."""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Constant, Filled, Stripped, column, first, rows, words

_ORDER_NUMBER = Stripped(column("订单号"))
_TIME = first(column("订单成交时间"), column("支付时间"))
_STATUS = {
    "待支付": "pending",
    "待付款": "pending",
    "待成团": "pending",
    "待发货": "paid",
    "已发货": "paid",
    "已发货，待签收": "paid",
    "已发货,待签收": "paid",
    "已签收": "paid",
    "已收货": "paid",
    "交易成功": "paid",
    "已取消": "cancelled",
    "已取消，退款成功": "refunded",
    "未发货，退款成功": "refunded",
    "已发货，退款成功": "refunded",
    "已签收，退款成功": "refunded",
    "退款成功": "refunded",
}

ORDERS = Layout(
    "orders",
    required=("商品", "订单号", "订单状态", "商品数量(件)"),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": _TIME,
            "status": words(column("订单状态"), _STATUS, otherwise=column("订单状态")),
            "total": first(column("用户实付金额(元)"), column("商家实收金额(元)")),
            "shipping": column("邮费(元)"),
            "discount": column("店铺优惠折扣(元)"),
            "place": column("门店名称"),
        }
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": _ORDER_NUMBER,
            "product_key": Stripped(
                first(
                    column("商家编码-规格维度"),
                    column("商家编码-商品维度"),
                    column("样式ID"),
                    column("商品id"),
                )
            ),
            "sku": Stripped(first(column("商家编码-规格维度"), column("商家编码-商品维度"))),
            "title": column("商品"),
            "quantity": column("商品数量(件)"),
            "gross": column("商品总价(元)"),
            "discount": column("店铺优惠折扣(元)"),
        }
    ),
    shipments=rows(
        {
            "order_id": _ORDER_NUMBER,
            "carrier": column("快递公司"),
            "tracking": Stripped(column("快递单号")),
            "shipped_time": column("发货时间"),
            "delivered_time": column("确认收货时间"),
            "region": column("省"),
        },
        where=Filled(column("快递单号")),
    ),
)

FORMAT = Format(
    "pinduoduo",
    channel="marketplace",
    layouts=(ORDERS,),
    time_formats=("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "iso"),
    time_zone="Asia/Shanghai",
    currency="CNY",
    country="CN",
    encodings=("gb18030",),
    padded=True,
)
