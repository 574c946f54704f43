"""Matching people: records → blocks of candidates → levels of agreement → weights → clusters."""
