"""Taobao and Tmall: ExportOrderList (order heads) and ExportOrderDetailList (order lines).

GBK with Chinese headers; ids come as `="123"` or `'123`; newer files mask names, telephone
numbers and addresses. Heads name articles too, without telling how many of each: lines are read from the
details alone, so that a shop that exports both has each line once.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Constant, Contains, Filled, Stripped, When, column, first, rows, words

_ORDER_NUMBER = Stripped(column("订单编号"))
_STATUS = {
    "等待买家付款": "pending",
    "买家已付款，等待卖家发货": "paid",
    "买家已付款,等待卖家发货": "paid",
    "卖家部分发货": "paid",
    "卖家已发货，等待买家确认": "paid",
    "卖家已发货,等待买家确认": "paid",
    "买家已签收": "paid",
    "交易成功": "paid",
    "退款中": "paid",
    "交易关闭": "cancelled",
    "付款以后用户退款成功，交易自动关闭": "refunded",
    "付款以前，卖家或买家主动关闭交易": "cancelled",
}
_PLACES = ("新零售成交门店昵称", "新零售导购门店名称", "新零售发货门店名称", "店铺名称")
_PAYER = column("买家支付宝账号")

ORDERS = Layout(
    "ExportOrderList",
    required=("订单编号", "买家会员名", "买家实际支付金额", "订单状态", "订单创建时间"),
    people=rows(
        {
            "account": Stripped(column("买家会员名")),
            "email": When(Contains(_PAYER, "@"), _PAYER),
            "phone": Stripped(first(column("联系手机"), column("联系电话"))),
            "full_name": column("收货人姓名"),
            "address": first(column("修改后的收货地址"), column("收货地址")),
        }
    ),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": column("订单创建时间"),
            "status": words(column("订单状态"), _STATUS, otherwise=column("订单状态")),
            "total": first(column("买家实际支付金额"), column("总金额")),
            "shipping": column("买家应付邮费"),
            "refunded": column("退款金额"),
            "place": first(*map(column, _PLACES)),
        }
    ),
    shipments=rows(
        {
            "order_id": _ORDER_NUMBER,
            "carrier": column("物流公司"),
            "tracking": Stripped(column("物流单号")),
        },
        where=Filled(column("物流单号")),
    ),
)

ORDERS_2026 = Layout(
    "orders of 2026",
    required=("订单编号", "买家实付金额", "订单状态", "订单创建时间"),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": column("订单创建时间"),
            "status": words(column("订单状态"), _STATUS, otherwise=column("订单状态")),
            "total": first(column("买家实付金额"), column("总金额")),
            "refunded": column("退款金额"),
        }
    ),
    also=("支付单号", "支付详情", "商品标题", "卖家服务费"),
)

LINES = Layout(
    "ExportOrderDetailList",
    required=("订单编号", "标题", "价格", "购买数量"),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": _ORDER_NUMBER,
            "product_key": Stripped(first(column("商家编码"), column("外部系统编号"))),
            "sku": Stripped(first(column("商家编码"), column("外部系统编号"))),
            "title": column("标题"),
            "quantity": column("购买数量"),
            "unit_price": column("价格"),
        }
    ),
    also=("商品属性", "套餐信息", "备注"),
)

FORMAT = Format(
    "tmall",
    channel="marketplace",
    layouts=(ORDERS, ORDERS_2026, LINES),
    time_formats=("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M"),
    time_zone="Asia/Shanghai",
    currency="CNY",
    country="CN",
    encodings=("gb18030",),
)
