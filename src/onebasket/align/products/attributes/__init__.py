"""What offers say of their attributes, learnt from offers whose attributes are known."""
