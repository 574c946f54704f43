select min(row_no) as low, max(row_no) + 1 as high, count(*) as rows
from clean_order_heads
group by row_no // 100000
