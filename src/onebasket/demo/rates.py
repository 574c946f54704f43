"""Every rate of the simulation in one place. `docs/demo.md` lists the same numbers; a test compares them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rates:
    """How often things happen in the demo shop. Shares of what the name says, from 0 to 1."""

    # channels, as expected shares of the baskets; baskets with fuel always go to the stores
    web: float = 0.17
    app: float = 0.085
    tmall: float = 0.12
    channel_spread: float = 1.2  # concentration of a household's preferences; small: one channel only

    # people
    chinese_household: float = 0.20
    landline: float = 0.35
    shared_tablet: float = 0.25  # households of several people with one tablet, hence one cookie
    shared_email: float = 0.05  # adults who use the first adult's e-mail
    shared_phone: float = 0.04  # adults who use the first adult's mobile
    changed_email: float = 0.15  # adults who change their e-mail during the year
    changed_phone: float = 0.08
    two_family_names: float = 0.20  # couples of two family names
    account: float = 0.75  # adults with an account in the web shop
    second_account: float = 0.02  # account holders with two
    loyalty: float = 0.65  # adults in the loyalty scheme of the stores
    loyalty_landline: float = 0.08  # of those, in households with a landline: they gave its number
    loyalty_named: float = 0.30  # of those, whose name the till knows
    loyalty_shown: float = 0.85  # store baskets of members in which the number is given
    same_chinese_mobile: float = 0.30  # Chinese adults whose web phone is the Chinese one too

    # how people write themselves
    nickname: float = 0.08
    name_typo: float = 0.02
    name_case: float = 0.04
    name_hanzi: float = 0.10  # Chinese names written in characters outside Tmall
    name_swapped: float = 0.04  # Chinese names written family name first in Latin letters
    name_ascii: float = 0.30  # accented names written without accents
    guest: float = 0.12  # orders of account holders placed without signing in
    guest_other_email: float = 0.20
    guest_email_typo: float = 0.03
    guest_relay_email: float = 0.04
    guest_no_email: float = 0.03
    email_capitals: float = 0.03  # signed-in orders with the e-mail in capitals here and there
    company: float = 0.02
    order_phone: float = 0.70
    virtual_number: float = 0.10  # Tmall orders with a relay number and extension instead of the mobile
    order_landline: float = 0.04  # of those, in households with a landline

    # orders
    card_paid: float = 0.70  # store visits paid by card
    cancelled: float = 0.015
    refunded: float = 0.015
    partly_refunded: float = 0.02
    pending: float = 0.01
    store_refund: float = 0.012  # store lines brought back
    test_order: float = 0.002
    reexported_days: int = 10  # days of Shopify orders exported a second time
    untracked: float = 0.01  # web and app purchases that no tracker saw
    no_transaction_id: float = 0.02  # tracked purchases without the order's number
    rounded_value: float = 0.01  # tracked purchases with the value rounded to whole dollars
    tracked_delay_seconds: float = 8.0  # mean time from the order to its tracked purchase

    # browsing
    viewed_before_purchase: float = 0.35  # bought web and app lines that were viewed in the tracked session
    carted_before_purchase: float = 0.30
    searched_before_purchase: float = 0.04
    idle_sessions: float = 1.1  # sessions that buy nothing, for each that does
    views_a_session: float = 3.4  # mean views of other products in any session
    searched_first: float = 0.12  # of those: found by a search
    left_in_cart: float = 0.07  # of those: put in the cart and left there
    interest_views: float = 0.50  # of those: from the categories the household buys from
    popular_views: float = 0.35  # of those: by popularity; the rest is any product at all
    other_person: float = 0.10  # sessions by another member on the same cookie
    tablet_session: float = 0.15  # sessions on the household's tablet, where there is one
    store_tablet: float = 0.01  # sessions on the tablet in the store
    other_device: float = 0.06  # cookies seen on a second device
    login: float = 0.80  # sessions of account holders in which they are signed in
    login_event: float = 0.30  # signed-in sessions with a login or identify event
    foreign_login: float = (
        0.50  # sessions by somebody else that go on under the owner's sign-in, if there is one
    )
    checkout_tracked: float = 0.90  # tracked purchases with a checkout event before
    event_twice: float = 0.008  # events sent twice with the same id

    # damage, each a share of the rows of its kind
    broken_date: float = 0.002
    negative_price: float = 0.001
    wrong_encoding: float = 0.002
    missing_product: float = 0.002
    missing_order_number: float = 0.0005
    absurd_quantity: float = 0.0005
    junk_identifier: float = 0.004  # 'null', 'anonymous', '0000000000' where an id or phone should be

    # products
    gtin_missing: float = 0.12
    gtin_wrong: float = 0.01
    till_sku: float = 0.92
    till_gtin: float = 0.85
    tmall_other_key: float = 0.15  # products whose Tmall merchant code is not the SKU
    web_price_raised: float = 0.5  # products 3 or 5 % dearer on the web than in the stores
    unsold_listed: float = 0.10  # of the products nobody bought: listed all the same in small demos
    tmall_markup: float = 1.08
    cny_in_usd: float = 0.14
