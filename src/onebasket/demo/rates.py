"""Every rate of the simulation in one place. `docs/demo.md` lists the same numbers; a test compares them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rates:
    """How often things happen in the demo shop. Shares from 0 to 1, unless the name or remark says else."""

    # channels
    web: float = 0.17  # baskets, before those with fuel are sent to the stores
    app: float = 0.085  # the same
    tmall: float = 0.12  # the same
    channel_spread: float = 1.2  # how alike households' preferences are; small: one channel each

    # people
    chinese_household: float = 0.20  # households with Chinese names
    two_family_names: float = 0.20  # couples of two family names
    landline: float = 0.35  # households with a landline
    shared_tablet: float = 0.25  # households of several people with one tablet, hence one cookie
    shared_email: float = 0.05  # further adults who use the first adult's e-mail
    shared_phone: float = 0.04  # further adults who use the first adult's mobile
    changed_email: float = 0.15  # adults who change their e-mail during the year
    changed_phone: float = 0.08  # adults who change their mobile number during the year
    account: float = 0.75  # adults with an account in the web shop
    second_account: float = 0.02  # account holders with two
    loyalty: float = 0.65  # adults in the loyalty scheme of the stores
    loyalty_landline: float = 0.08  # of those, in households with a landline: gave its number
    loyalty_named: float = 0.30  # of those: the till knows the name
    loyalty_shown: float = 0.85  # members' store visits in which the number is given
    same_chinese_mobile: float = 0.30  # Chinese adults whose web phone is their Tmall mobile

    # how people write themselves
    nickname: float = 0.08  # names with the short form of the given name
    name_typo: float = 0.02  # names with a slip
    name_case: float = 0.04  # names all in capitals or all in small letters
    name_hanzi: float = 0.10  # Chinese names written in characters outside Tmall
    name_swapped: float = 0.04  # Chinese names family name first; on Tmall: names in Latin letters
    name_ascii: float = 0.30  # accented names written without accents
    guest: float = 0.12  # orders of account holders placed without signing in
    guest_other_email: float = 0.20  # guest orders with another e-mail
    guest_email_typo: float = 0.03  # guest orders with a slip in the e-mail
    guest_relay_email: float = 0.04  # guest orders with a relay address, new each time
    guest_no_email: float = 0.03  # guest orders with a phone only
    email_capitals: float = 0.03  # signed-in orders with capitals in the e-mail
    company: float = 0.02  # orders with a company in the address
    marketing_consent: float = 0.40  # accounts that accept marketing
    order_phone: float = 0.70  # orders and accounts with a phone
    order_landline: float = 0.04  # of those, in households with a landline: its number
    virtual_number: float = 0.10  # Tmall orders with a relay number and extension

    # orders
    cancelled: float = 0.015  # orders of web, app and Tmall cancelled
    refunded: float = 0.015  # orders refunded in full
    partly_refunded: float = 0.02  # orders refunded in part
    pending: float = 0.01  # orders never paid
    store_refund: float = 0.012  # store lines brought back
    card_paid: float = 0.70  # store visits paid by card
    test_order: float = 0.002  # test orders for each real basket
    reexported_days: int = 10  # last days of Shopify orders, exported a second time
    untracked: float = 0.01  # web and app purchases that no tracker saw
    no_transaction_id: float = 0.02  # tracked purchases without the order's number
    rounded_value: float = 0.01  # tracked purchases with the value cut to whole dollars
    tracked_delay_seconds: float = 8.0  # mean time from the order to its tracked purchase

    # browsing
    viewed_before_purchase: float = 0.35  # bought web and app lines viewed in the same session
    carted_before_purchase: float = 0.30  # bought web and app lines with a cart event in the same session
    searched_before_purchase: float = 0.04  # bought web and app lines searched in the same session
    idle_sessions: float = 1.1  # sessions that buy nothing, for each that does
    views_a_session: float = 3.4  # mean views of other products in any session
    interest_views: float = 0.50  # of those: from a category the household buys from
    popular_views: float = 0.35  # of those: by popularity; the rest is any product at all
    searched_first: float = 0.12  # of those: found by a search
    left_in_cart: float = 0.07  # of those: put in the cart and left there
    other_person: float = 0.10  # idle web sessions by some member of the household on another's device
    other_person_app: float = 0.10  # the same in the app
    foreign_login: float = 0.50  # of those: under the owner's sign-in, if there is one
    own_login: float = 0.50  # of those: under their own sign-in, if they have one; else signed out
    tablet_session: float = 0.15  # web sessions on the household's tablet, where there is one
    store_tablet: float = 0.01  # sessions on a tablet in a store
    other_device: float = 0.06  # cookies seen on a second device
    login: float = 0.80  # idle sessions of account holders in which they are signed in
    login_event: float = 0.30  # signed-in sessions with a login or identify event
    checkout_tracked: float = 0.90  # tracked purchases with a checkout event before
    event_twice: float = 0.008  # events sent twice with the same id

    # damage
    broken_date: float = 0.002  # order heads and store lines with a date that is none
    broken_event_time: float = 0.0005  # tracked events with a time that is none
    negative_price: float = 0.001  # order lines, and Tmall heads, with a negative price
    wrong_encoding: float = 0.002  # web and Tmall heads, and store lines, with bytes of another encoding
    missing_product: float = 0.002  # order lines, views and carts that do not say which product
    missing_order_number: float = 0.0005  # web and app orders without their number
    absurd_quantity: float = 0.0005  # order lines of 99,999,999 units
    junk_identifier: float = 0.004  # 'null', 'anonymous', '0000000000' where an id or phone should be

    # products
    gtin_missing: float = 0.12  # products without a barcode
    gtin_wrong: float = 0.01  # web listings with a wrong check digit
    till_sku: float = 0.92  # products whose SKU the till knows
    till_gtin: float = 0.85  # products with a barcode which the till knows
    tmall_other_key: float = 0.15  # products whose Tmall merchant code is not the SKU
    web_price_raised: float = 0.5  # products 3 or 5 % dearer on the web than in the stores
    unsold_listed: float = 0.10  # in demos of fewer than 2,469 households: unsold products listed
    tmall_markup: float = 1.08  # Tmall prices, as a multiple of those in the stores
    cny_in_usd: float = 0.14  # dollars for a yuan
