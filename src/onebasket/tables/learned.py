"""What the models are worth, and what they say."""

from __future__ import annotations

from onebasket.tables.schema import Table, columns

SCORES = Table(
    "scores",
    "learn",
    "how good each model is",
    ("task", "split", "model", "metric"),
    columns("""
        task varchar!  what was predicted, e.g. next_products
        split varchar!  validation or test
        model varchar!  popularity, habit, item_knn, sequential_rules, ease, ials, mf, timeline
        metric varchar!  hr@10, ndcg@10, recall@10, mrr@10, coverage@10; ndcg@10_new: new products only
        value double!  the score
        low double!  lower end of its 95 % interval over customers and seeds; coverage: its range over seeds
        high double!  upper end
        customers bigint!  customers scored
        chosen boolean!  whether this model was chosen, on validation
    """),
)

RECOMMENDATIONS = Table(
    "recommendations",
    "apply",
    "the best products for each customer, from the chosen model",
    ("customer_id", "rank"),
    columns("""
        customer_id varchar!  the customer
        rank int!  place, from 1
        product_id varchar!  the product
        score double!  the model's score; comparable within one customer only
        model varchar!  the model
    """),
)
