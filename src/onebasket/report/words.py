"""Plain words for the words that tables hold: reasons, rules, kinds, channels, segments, metrics.

A word that is not listed here is shown as it stands, with spaces for underscores.
"""

from __future__ import annotations

from collections.abc import Mapping

from onebasket.messages import Translate, mark

CHANNEL = {
    "web": mark("Web"),
    "app": mark("App"),
    "store": mark("Stores"),
    "marketplace": mark("Marketplace"),
    "social": mark("Social"),
    "phone": mark("Telephone"),
    "email": mark("E-mail"),
}
STAGE = {
    "collect": mark("collect"),
    "clean": mark("clean"),
    "align": mark("align"),
    "fuse": mark("fuse"),
    "learn": mark("learn"),
    "apply": mark("apply"),
    "report": mark("report"),
}
TABLE = {
    "file": mark("file"),
    "raw_people": mark("people"),
    "raw_products": mark("products"),
    "raw_orders": mark("orders"),
    "raw_events": mark("order lines and events"),
    "raw_stock": mark("stock"),
    "raw_product_days": mark("products day by day"),
    "raw_campaigns": mark("campaigns"),
    "raw_exposures": mark("exposures"),
    "raw_reviews": mark("reviews"),
    "raw_tickets": mark("tickets"),
    "raw_shipments": mark("shipments"),
    "raw_payments": mark("payments"),
    "people": mark("people"),
    "products": mark("products"),
    "orders": mark("orders"),
    "events": mark("order lines and events"),
    "campaigns": mark("campaigns"),
    "exposures": mark("exposures"),
    "reviews": mark("reviews"),
    "tickets": mark("tickets"),
    "shipments": mark("shipments"),
    "payments": mark("payments"),
    "identifiers": mark("identifiers"),
    "customer_links": mark("people"),
    "product_links": mark("products"),
    "timeline": mark("timeline"),
    "customers": mark("customers"),
    "catalogue": mark("catalogue"),
}
AGREEMENT = {
    "differ": mark("differ"),
    "hidden but fits": mark("hidden but fits"),
    "a little alike": mark("a little alike"),
    "alike": mark("alike"),
    "much alike": mark("much alike"),
    "sounds alike": mark("sounds alike"),
    "other order": mark("other order"),
    "other number": mark("other number"),
    "initial": mark("initial"),
    "short form": mark("short form"),
    "swapped": mark("swapped"),
    "equal": mark("equal"),
    "within ten years": mark("within ten years"),
    "within a year": mark("within a year"),
    "within a month": mark("within a month"),
    "one slip": mark("one slip"),
    "two slips": mark("two slips"),
    "names alike": mark("names alike"),
    "same name": mark("same name"),
}
KIND = {
    "email": mark("e-mail"),
    "phone": mark("phone"),
    "account": mark("account"),
    "cookie": mark("cookie"),
    "device": mark("device"),
    "card": mark("card"),
    "order": mark("order"),
}
ATTRIBUTE = {
    **KIND,
    "given_name": mark("given name"),
    "family_name": mark("family name"),
    "full_name": mark("full name"),
    "birth_date": mark("date of birth"),
    "company": mark("company"),
    "address": mark("address"),
    "city": mark("city"),
    "region": mark("region"),
    "postcode": mark("postal code"),
    "country": mark("country"),
    "consent": mark("marketing consent"),
}
FIELD = {
    **ATTRIBUTE,
    "time": mark("time"),
    "ts": mark("time"),
    "cancelled_ts": mark("time of cancelling"),
    "currency": mark("currency"),
    "quantity": mark("quantity"),
    "unit_price": mark("unit price"),
    "unit_price_minor": mark("unit price"),
    "price_minor": mark("price"),
    "amount": mark("amount"),
    "amount_minor": mark("amount"),
    "discount": mark("discount"),
    "discount_minor": mark("discount"),
    "total": mark("total"),
    "shipping_minor": mark("shipping"),
    "tax_minor": mark("tax"),
    "refunded_minor": mark("refunded"),
    "product_key": mark("product"),
    "order_id": mark("order number"),
    "action": mark("action"),
    "query": mark("search"),
    "title": mark("title"),
    "brand": mark("brand"),
    "category": mark("category"),
    "gtin": mark("barcode (GTIN)"),
    "size_value": mark("size"),
    "stock": mark("stock"),
}
SEGMENT = {
    "champion": mark("Champions"),
    "loyal": mark("Loyal"),
    "promising": mark("Promising"),
    "new": mark("New"),
    "at_risk": mark("At risk"),
    "sleeping": mark("Sleeping"),
    "lost": mark("Lost"),
}
MODEL = {
    "popularity": mark("Best sellers"),
    "item_knn": mark("Item-kNN"),
    "habit": mark("Own habit"),
    "ease": mark("EASE"),
    "ials": mark("iALS"),
    "mf": mark("Biased MF"),
    "sequential_rules": mark("Sequential rules"),
    "timeline": mark("Timeline model"),
    "base_rate": mark("The same for all"),
    "recency_frequency": mark("Recency and frequency"),
    "boosting": mark("Boosted trees"),
    "states": mark("States of the timeline model"),
    "boosting_states": mark("Boosted trees with states"),
}
TASK = {
    "next_products": mark("the products a customer buys next"),
    "purchase_7d": mark("a purchase in 7 days"),
    "purchase_30d": mark("a purchase in 30 days"),
    "purchase_90d": mark("a purchase in 90 days"),
    "churn_90d": mark("no purchase in 90 days, of active customers"),
    "return_30d": mark("a return in 30 days"),
    "value_30d": mark("money kept in 30 days"),
    "value_90d": mark("money kept in 90 days"),
    "category_30d": mark("a purchase of a category in 30 days"),
    "product_30d": mark("a purchase of a product in 30 days"),
}
SCORE = {
    "auc": mark("AUC"),
    "brier": mark("Brier"),
    "ece": mark("Calibration error"),
    "ece_chance": mark("… by chance alone"),
    "lift@10%": mark("Lift, top tenth"),
    "base_rate": mark("Base rate"),
    "mae": mark("Mean error"),
    "r2": mark("R²"),
    "total_ratio": mark("Foretold over actual"),
    "spearman": mark("Rank correlation"),
    "mean": mark("Mean"),
}
SPLIT = {"validation": mark("Validation"), "test": mark("Test")}
PART = {
    "channel": mark("Bought in channel {part}"),
    "history": mark("{part} purchases before"),
    "cold": mark("Bought by nobody before, known from {part}"),
    "action": mark("Not purchases, but: {part}"),
    "newcomer": mark("First purchases of customers known from {part}"),
}
KNOWN_FROM = {"catalogue": mark("the catalogue"), "views": mark("views"), "nothing": mark("nothing")}
ACTION = {"view": mark("views"), "cart": mark("products put into the cart"), "return": mark("returns")}
METRIC = {
    "ndcg": mark("NDCG: are the right products near the top?"),
    "ndcg_new": mark("NDCG, products never bought before only"),
    "hr": mark("Hit rate: was any product listed bought?"),
    "recall": mark("Recall: how many of the products bought were listed?"),
    "mrr": mark("MRR: how high is the first right product?"),
    "coverage": mark("Coverage: how much of the catalogue is ever listed?"),
}
UNUSABLE = {
    "placeholder": mark("placeholder that names nobody"),
    "relay": mark("relay address of a marketplace"),
    "masked": mark("masked by the channel"),
    "invalid": mark("not a valid value"),
    "shared_device": mark("till or tablet many people use"),
    "extension": mark("phone number with an extension"),
    "unknown": mark("no reason stated"),
}
THEME = {
    "beforehand": mark("beforehand"),
    "words": mark("words in common"),
    "abbreviations": mark("words, shortened"),
    "numbers": mark("numbers in the title"),
    "variant": mark("size, colour, edition"),
    "model": mark("model number"),
    "brand": mark("brand"),
    "price": mark("price"),
    "picture": mark("picture"),
    "others": mark("beside other listings"),
    "judge": mark("the language model asked"),
    "rivals": mark("others that may be it as well"),
}
CONFLICT = {
    "gtin": mark("barcode"),
    "brand": mark("brand"),
    "size": mark("size"),
    "pack_count": mark("pieces in the pack"),
}
DECISION = {
    "same_name_only": mark("joins only records of one name"),
    "refused": mark("joins nothing"),
}
TRUTH = {
    "identity": mark("Customers: pairs of records of one person"),
    "identity_unmasked": mark("The same without masked records"),
    "households": mark("Households: pairs of records of one home"),
    "orders": mark("Orders told by several sources"),
    "products": mark("Products listed by several sources"),
}
FIGURE = {
    "precision": mark("precision"),
    "recall": mark("recall"),
    "found": mark("found"),
    "wrongly_merged": mark("wrongly merged"),
    "pairs": mark("true pairs"),
    "records": mark("records"),
    "customers": mark("customers found"),
    "people": mark("people there are"),
    "listings": mark("listings"),
}


def plain(words: Mapping[str, str], word: str, translate: Translate) -> str:
    """The plain words for `word` in the reader's language."""
    return translate(words[word]) if word in words else word.replace("_", " ")
