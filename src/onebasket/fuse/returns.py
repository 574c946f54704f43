"""Which purchase a return takes back: goods last bought come back first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.kernels import compiled

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
TIES = pa.schema([("code", pa.int64()), ("tied_units", pa.float64()), ("tied_minor", pa.int64())])


@compiled
def tie_groups(
    group: Ints, back: Ints, left_units: Doubles, left_minor: Ints, tied_units: Doubles, tied_minor: Ints
) -> None:
    """Tie the returns of each group to its latest earlier purchases with units left, in place.

    Rows stand group by group, in time. `left_units` are units not yet tied, positive on both
    sides; `left_minor` is what is left of a return's amount, positive. Goes forward once with a
    stack of the purchases that have units left, so time and memory are linear. A return that is
    tied to several purchases gives each its part of the amount by units, half up; the last part
    takes what is left.
    """
    stack = np.empty(len(group), np.int64)
    top, current = 0, np.int64(0)
    for row in range(len(group)):
        if group[row] != current:
            top, current = 0, group[row]
        if current == 0:
            continue
        if back[row] == 0:
            if left_units[row] > 0:
                stack[top] = row
                top += 1
            continue
        while top > 0 and left_units[row] > 0:
            bought = stack[top - 1]
            units = min(left_units[bought], left_units[row])
            amount = left_minor[row]
            if units < left_units[row]:
                amount = np.int64(np.floor(left_minor[row] * (units / left_units[row]) + 0.5))
            for side in (bought, row):
                left_units[side] -= units
                tied_units[side] += units
                tied_minor[side] += amount
            left_minor[row] -= amount
            if left_units[bought] <= 0:
                top -= 1


def tie(lines: pa.Table) -> pa.Table:
    """Units and money of each purchase line that came back, and of each return that is tied.

    `lines` has `code` (the place in time, from 0), `back` (1: a return), `order_group` and
    `customer_group` (same product in one order, from one customer; 0: none), `units` (positive)
    and `amount_minor`. Returns that name their order are tied first; what is left of them, and
    the others, to the customer's latest earlier purchase of the product.
    """
    code: Ints = lines["code"].to_numpy()
    back: Ints = lines["back"].to_numpy().astype(np.int64)
    units: Doubles = lines["units"].to_numpy().copy()
    minor: Ints = np.where(back == 1, -lines["amount_minor"].to_numpy(), 0).astype(np.int64)
    tied_units, tied_minor = np.zeros(len(code)), np.zeros(len(code), np.int64)
    order_group: Ints = lines["order_group"].to_numpy()
    customer_group: Ints = lines["customer_group"].to_numpy()
    # A return that names its order may be told before the purchase: purchases first.
    in_order = np.lexsort((code, back, order_group))
    in_time = np.lexsort((code, customer_group))
    for group, rows in ((order_group, in_order), (customer_group, in_time)):
        sides = units[rows], minor[rows], tied_units[rows], tied_minor[rows]
        tie_groups(group[rows], back[rows], *sides)
        units[rows], minor[rows], tied_units[rows], tied_minor[rows] = sides
    return pa.table({"code": code, "tied_units": tied_units, "tied_minor": tied_minor}, schema=TIES)
