select code, back, order_group, customer_group, units, amount_minor from fuse_tie_lines
