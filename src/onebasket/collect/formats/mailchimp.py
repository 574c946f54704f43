"""Mailchimp: the audience export, one file each for subscribed, unsubscribed and cleaned contacts.

Columns that the shop made (merge fields) stand between the name and the rating; telephone number and
address are such.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Constant, Filled, When, column, either, first, rows

_LEFT = either(Filled(column("UNSUB_TIME")), Filled(column("CLEAN_TIME")))
_AGREED = either(Filled(column("CONFIRM_TIME")), Filled(column("OPTIN_TIME")))

AUDIENCE = Layout(
    "audience",
    required=("Email Address", "MEMBER_RATING", "LEID", "EUID"),
    people=rows(
        {
            "account": column("EUID"),
            "email": column("Email Address"),
            "phone": first(column("Phone Number"), column("Phone")),
            "given_name": column("First Name"),
            "family_name": column("Last Name"),
            "company": column("Company"),
            "address": column("Address"),
            "region": column("REGION"),
            "country": column("CC"),
            "consent": first(When(_LEFT, Constant("no")), When(_AGREED, Constant("yes"))),
        }
    ),
)

FORMAT = Format(
    "mailchimp", channel="email", layouts=(AUDIENCE,), time_formats=("%Y-%m-%d %H:%M:%S",), time_zone="UTC"
)
