"""生意参谋 (the analytics of Taobao and Tmall): what products did day by day.

The header stands below a title of some rows, and sums below the products.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Either, Equals, Not, Stripped, column, first, rows

_SUMS = ("总计", "合计", "汇总", "总计:", "合计:", "总计：", "合计：")
_IS_SUM = Either(tuple(Equals(column(name), _SUMS) for name in ("统计日期", "商品ID", "商品名称")))

PRODUCT_DAYS = Layout(
    "product days",
    required=("统计日期", "商品ID", "商品访客数"),
    product_days=rows(
        {
            "product_key": Stripped(first(column("货号"), column("商品ID"))),
            "sku": Stripped(column("货号")),
            "title": column("商品名称"),
            "day": column("统计日期"),
            "visitors": column("商品访客数"),
            "views": column("商品浏览量"),
            "favourites": column("商品收藏人数"),
            "carts": column("商品加购人数"),
            "cart_units": column("商品加购件数"),
            "buyers": column("支付买家数"),
            "units": column("支付件数"),
            "amount": column("支付金额"),
            "refunded": column("成功退款金额"),
            "conversion": column("商品支付转化率"),
        },
        where=Not(_IS_SUM),
    ),
)

FORMAT = Format(
    "sycm",
    channel="marketplace",
    layouts=(PRODUCT_DAYS,),
    time_formats=("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "iso"),
    time_zone="Asia/Shanghai",
    currency="CNY",
    country="CN",
    encodings=("gb18030",),
)
