"""Jitsu: events as its libraries send them, one JSON object a line. They follow Segment's specification."""

from dataclasses import replace

from onebasket.collect.formats import segment
from onebasket.collect.layout import Format

EVENTS = replace(segment.EVENTS, also=("writeKey", "requestIp", "receivedAt"))

FORMAT = Format("jitsu", layouts=(EVENTS,), time_formats=("iso",), time_zone="UTC")
