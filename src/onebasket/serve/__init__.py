"""Serve: events come in live, answers go out that count them."""
