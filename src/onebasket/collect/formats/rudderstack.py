"""RudderStack: events as its libraries send them and its archive keeps them, one JSON object a line.

They follow Segment's specification, so they are read as Segment's are.
"""

from dataclasses import replace

from onebasket.collect.formats import segment
from onebasket.collect.layout import Format

EVENTS = replace(
    segment.EVENTS,
    required=("type", "messageId", "originalTimestamp"),
    also=("rudderId", "channel", "request_ip", "integrations"),
)

FORMAT = Format("rudderstack", layouts=(EVENTS,), time_formats=("iso",), time_zone="UTC")
