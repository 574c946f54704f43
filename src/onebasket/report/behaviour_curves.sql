select task, bin, expected, observed, low, high, rows
from reliability
order by task, bin
