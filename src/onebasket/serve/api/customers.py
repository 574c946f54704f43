"""Routes about customers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from onebasket.errors import NotThereError
from onebasket.serve.answering import Answering
from onebasket.serve.api.answers import RefusedError, answered, answers_of, needs
from onebasket.serve.api.asked import (
    Asking,
    CustomerId,
    Filters,
    Identifiers,
    Lookup,
    RankAsked,
    RecommendationsAsked,
)
from onebasket.serve.api.schema import says
from onebasket.serve.facts import MOST_EVENTS
from onebasket.serve.told import Customer, Found, Listing, Page, Ranking, Scores

router = APIRouter(tags=["customers"])
READ = [Depends(needs("read"))]


@router.get("/v1/customers/{customer_id}", operation_id="customer", dependencies=READ,
            responses=says(Customer, 404), summary="What is known of a customer")  # fmt: skip
async def customer(
    request: Request,
    customer_id: CustomerId,
    personal: Annotated[
        bool, Query(description="with the golden record; needs scope personal, too, and is written down")
    ] = False,
) -> Response:
    """Facts without a personal value: channels, first and last event, orders, value, features, segment. Live
    events count in the last event, the channels and `live_events`; all else is of the version."""
    if personal and "personal" not in request.state.key.scopes:
        raise RefusedError(403, "this needs a key of scope personal")

    def ask(shop: Answering) -> Customer:
        found = shop.customer(customer_id, personal=personal)
        if personal:
            answers_of(request).audit.write(request.state.key.id, "personal", found.customer_id)
        return found

    return await answered(request, ask, slow=personal)


@router.post("/v1/customers/lookup", operation_id="lookup", dependencies=[Depends(needs("personal"))],
             responses=says(Found, 404), summary="Find a customer by identifiers")  # fmt: skip
async def lookup(request: Request, asked: Lookup) -> Response:
    """The customer who has these identifiers. Each reading is written down, without the identifiers."""
    return await answered(request, lambda shop: _found(request, shop, asked.identifiers), slow=True)


@router.get("/v1/customers/{customer_id}/timeline", operation_id="timeline", dependencies=READ,
            responses=says(Page, 404), summary="What a customer did")  # fmt: skip
async def timeline(
    request: Request,
    customer_id: CustomerId,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS, description="events of a page")] = 50,
    before: Annotated[
        str | None, Query(max_length=128, description="`next` of the page before; left out: from the latest")
    ] = None,
) -> Response:
    """Events of the version and those that came in since, the latest first."""
    return await answered(request, lambda shop: shop.timeline(customer_id, limit, before))


@router.get("/v1/customers/{customer_id}/recommendations", operation_id="recommendations",
            dependencies=READ, responses=says(Listing, 404), summary="Products for a customer")  # fmt: skip
async def recommendations(
    request: Request, customer_id: CustomerId, filters: Annotated[Filters, Query()]
) -> Response:
    """The products that a customer is likeliest to want next, everything counted that came in live."""
    wishes = filters.wishes()
    return await answered(request, lambda shop: shop.recommend(customer_id, (), wishes), slow=wishes.reasons)


@router.get("/v1/customers/{customer_id}/scores", operation_id="scores", dependencies=READ,
            responses=says(Scores, 404), summary="What a customer is expected to do")  # fmt: skip
async def scores(request: Request, customer_id: CustomerId) -> Response:
    """Probabilities of purchases, churn and returns, and money to come, as of the version."""
    return await answered(request, lambda shop: shop.scores(customer_id))


@router.post("/v1/recommendations", operation_id="recommendations_of_a_session", dependencies=READ,
             responses=says(Listing, 404), summary="Products for whoever is there now")  # fmt: skip
async def recommendations_of_a_session(
    request: Request, asked: Annotated[RecommendationsAsked, Body()]
) -> Response:
    """As for a customer, with what a session tells beside: of a customer, or of somebody nobody knows."""
    wishes, session = asked.filters.wishes(), asked.did()
    who = await _who(request, asked)
    return await answered(request, lambda shop: shop.recommend(who, session, wishes), slow=wishes.reasons)


@router.post("/v1/rank", operation_id="rank", dependencies=READ, responses=says(Ranking, 404),
             summary="Put products in order for somebody")  # fmt: skip
async def rank(request: Request, asked: Annotated[RankAsked, Body()]) -> Response:
    """One's own candidates, such as search results, the likeliest first. Nothing is left out."""
    who, session = await _who(request, asked), asked.did()
    return await answered(request, lambda shop: shop.rank(who, asked.candidates, session))


async def _who(request: Request, asked: Asking) -> str | None:
    """The customer who asks. Somebody whose identifiers nobody knows is nobody known."""
    if asked.identifiers is None or asked.customer_id is not None:
        return asked.customer_id
    if "personal" not in request.state.key.scopes:
        raise RefusedError(403, "identifiers need a key of scope personal; name the customer's id")
    identifiers = asked.identifiers

    def find() -> str | None:
        with answers_of(request).current.get() as shop:
            try:
                return _found(request, shop, identifiers).customer_id
            except NotThereError:
                return None

    return await run_in_threadpool(find)


def _found(request: Request, shop: Answering, identifiers: Identifiers) -> Found:
    """Looked up, and written down."""
    audit, key, told = answers_of(request).audit, request.state.key.id, identifiers.told()
    if not told.keys() - {"system"}:
        raise RefusedError(422, "no identifier is given")
    try:
        found = shop.lookup(told)
    except NotThereError:
        audit.write(key, "lookup", None)
        raise
    audit.write(key, "lookup", found.customer_id)
    return found
