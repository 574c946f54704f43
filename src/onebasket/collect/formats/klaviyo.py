"""Klaviyo: profiles of a list or segment, whose columns who exports them chooses; and campaigns."""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Constant, Lower, column, first, joined, rows, words

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

CAMPAIGNS = Layout(
    "campaigns",
    required=("Campaign Name", "Send Time", "Total Recipients"),
    campaigns=rows(
        {
            "campaign_id": first(column("Campaign ID"), column("Campaign Name")),
            "name": column("Campaign Name"),
            "medium": Lower(first(column("Campaign Channel"), Constant("email"))),
            "subject": column("Subject"),
            "segment": column("List"),
            "time": column("Send Time"),
            "sent": column("Total Recipients"),
            "delivered": column("Successful Deliveries"),
            "opens": column("Unique Opens"),
            "clicks": column("Unique Clicks"),
            "orders": column("Unique Placed Order"),
            "revenue": column("Revenue"),
            "unsubscribed": column("Unsubscribes"),
            "bounces": column("Bounces"),
            "complaints": column("Spam Complaints"),
        }
    ),
)

FORMAT = Format(
    "klaviyo",
    channel="email",
    layouts=(PROFILES, CAMPAIGNS),
    time_formats=("iso", "%Y-%m-%d %H:%M:%S", "%b %d, %Y, %I:%M %p", "%b %d, %Y %I:%M %p"),
    time_zone="UTC",
)
