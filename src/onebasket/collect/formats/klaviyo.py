"""Klaviyo: profiles of a list or segment. Who exports them chooses the columns."""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import column, first, joined, rows, words

_CONSENT = column("Email Marketing Consent")

PROFILES = Layout(
    "profiles",
    required=("Email", "Klaviyo ID"),
    people=rows(
        {
            "account": column("Klaviyo ID"),
            "email": column("Email"),
            "phone": column("Phone Number"),
            "given_name": column("First Name"),
            "family_name": column("Last Name"),
            "company": column("Organization"),
            "address": joined(column("Address"), column("Address 2"), sep=", "),
            "city": column("City"),
            "region": column("State / Region"),
            "postcode": first(column("Zip Code"), column("Zip")),
            "country": column("Country"),
            "consent": words(
                _CONSENT,
                {
                    "subscribed": "yes",
                    "unsubscribed": "no",
                    "never_subscribed": "no",
                    "never subscribed": "no",
                },
                otherwise=_CONSENT,
            ),
        }
    ),
)

FORMAT = Format("klaviyo", layouts=(PROFILES,), time_formats=("iso", "%Y-%m-%d %H:%M:%S"), time_zone="UTC")
