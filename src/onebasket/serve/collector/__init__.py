"""The live collector: what tracking SDKs send, taken in as it comes.

`bodies` makes plain JSON of a request's body within limits, `calls` the events in it, each checked; what the
libraries of others call things is translated in `dialects`.
"""
