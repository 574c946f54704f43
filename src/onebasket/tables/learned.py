"""What the models are worth, and what they say."""

from __future__ import annotations

from onebasket.tables.schema import Table, columns

SCORES = Table(
    "scores",
    "learn",
    "how good each model is",
    ("task", "split", "model", "metric"),
    columns("""
        task varchar!  what was predicted: next_products, purchase_30d, value_30d, …
        split varchar!  validation or test
        model varchar!  popularity, habit, …; of behaviour: base_rate, recency_frequency, boosting, states, …
        metric varchar!  hr@10, ndcg@10, …; of probabilities: auc, brier, ece, …; of amounts: mae, r2, …
        value double!  the score
        low double!  lower end of its 95 % interval over customers and seeds; coverage: its range over seeds
        high double!  upper end
        customers bigint!  customers scored
        chosen boolean!  whether this model was chosen, on validation
    """),
)

SCORE_PARTS = Table(
    "score_parts",
    "learn",
    "how good recommenders are in the test period for some of what was done, looked for in the same lists",
    ("task", "model", "kind", "part", "metric"),
    columns("""
        task varchar!  what was predicted: next_products
        model varchar!  popularity, habit, …
        kind varchar!  channel, history, cold (product), action or newcomer: what is apart
        part varchar!  channel; purchases before; from where known; what was done instead
        metric varchar!  ndcg@10, …
        value double!  the score
        low double!  lower end of its 95 % interval over customers and seeds
        high double!  upper end
        customers bigint!  customers with such a purchase
        targets bigint!  products they bought so, each once a customer
        chosen boolean!  whether this model was chosen, on validation
    """),
)

RELIABILITY = Table(
    "reliability",
    "learn",
    "what was said beside what happened in the test period, for the model chosen: bins of about as many rows",
    ("task", "bin"),
    columns("""
        task varchar!  what was predicted
        model varchar!  the model
        bin int!  place, from 1; the lowest expectation first
        expected double!  mean of what was said: a probability, or an amount in minor units
        observed double!  mean of what happened
        low double!  lower end of its 95 % interval over customers
        high double!  upper end
        rows bigint!  customers, or customers × products, in the bin
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

BEHAVIOUR_SCORES = Table(
    "behaviour_scores",
    "apply",
    "what each customer is expected to do in the days after a moment, the end of the data",
    ("customer_id", "task", "target"),
    columns("""
        customer_id varchar!  the customer
        task varchar!  purchase_7d, purchase_30d, purchase_90d, churn_90d, return_30d, value_30d, …
        target varchar!  category_30d: the top category; product_30d: the product; else empty
        value double!  a probability; of value_30d and value_90d money kept, in minor units
        model varchar!  the model that says so
        as_of timestamp!  the moment, UTC: just after the last purchase
    """),
)
