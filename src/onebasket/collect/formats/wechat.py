"""WeChat shops (微信小店, 视频号小店): the order export, one row an article, as CSV or XLSX."""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Constant, Filled, Stripped, column, first, joined, rows, words

_ORDER_NUMBER = Stripped(column("订单号"))
_STATUS = {
    "待付款": "pending",
    "礼物待收下": "pending",
    "待发货": "paid",
    "部分发货": "paid",
    "待收货": "paid",
    "已发货": "paid",
    "已完成": "paid",
    "已取消": "cancelled",
    "已关闭": "cancelled",
    "全部商品售后之后，订单取消": "refunded",
}

ORDERS = Layout(
    "orders",
    required=("订单号", "订单状态", "商品名称"),
    people=rows(
        {
            "phone": Stripped(column("收件人手机")),
            "full_name": column("收件人姓名"),
            "address": joined(column("区"), column("收件人地址"), sep=""),
            "city": column("市"),
            "region": column("省"),
        }
    ),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": first(column("订单下单时间"), column("下单时间")),
            "status": words(column("订单状态"), _STATUS, otherwise=column("订单状态")),
            "total": first(column("订单实际支付金额"), column("订单实际收款金额")),
            "shipping": column("订单运费"),
            "discount": column("商品优惠"),
            "place": column("带货账号昵称"),
        }
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": _ORDER_NUMBER,
            "product_key": Stripped(
                first(column("SKU编码(自定义)"), column("商品编码(自定义)"), column("商品编码(平台)"))
            ),
            "sku": Stripped(first(column("SKU编码(自定义)"), column("商品编码(自定义)"))),
            "title": column("商品名称"),
            "quantity": column("商品数量"),
            "unit_price": column("商品价格(单件)"),
            "amount": column("商品实际价格(总共)"),
        }
    ),
    shipments=rows(
        {
            "order_id": _ORDER_NUMBER,
            "product_key": Stripped(
                first(column("SKU编码(自定义)"), column("商品编码(自定义)"), column("商品编码(平台)"))
            ),
            "quantity": column("商品数量"),
            "carrier": column("物流公司"),
            "tracking": Stripped(column("快递单号")),
            "shipped_time": column("订单发货时间"),
            "delivered_time": column("订单确认收货时间"),
            "region": column("省"),
        },
        where=Filled(column("快递单号")),
    ),
)

FORMAT = Format(
    "wechat",
    channel="social",
    layouts=(ORDERS,),
    time_formats=("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "iso"),
    time_zone="Asia/Shanghai",
    currency="CNY",
    country="CN",
    encodings=("gb18030",),
    padded=True,
)
