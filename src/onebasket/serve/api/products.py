"""Routes about products."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from onebasket.serve.api.answers import answered, needs
from onebasket.serve.api.asked import ListFilters, ProductId
from onebasket.serve.api.schema import says
from onebasket.serve.told import Listing, Product

router = APIRouter(tags=["products"], dependencies=[Depends(needs("read"))])
Wished = Annotated[ListFilters, Query()]


@router.get("/v1/products/{product_id}", operation_id="product", responses=says(Product, 404),
            summary="What is known of a product")  # fmt: skip
async def product(request: Request, product_id: ProductId) -> Response:
    """The catalogue's entry, with the stock of now."""
    return await answered(request, lambda shop: shop.product(product_id))


@router.get("/v1/products/{product_id}/similar", operation_id="similar", responses=says(Listing, 404),
            summary="Products like one")  # fmt: skip
async def similar(request: Request, product_id: ProductId, filters: Wished) -> Response:
    """What may be taken instead: the model's likeness. Nothing for products that it does not know yet."""
    return await answered(request, lambda shop: shop.similar(product_id, filters.wishes()))


@router.get("/v1/products/{product_id}/together", operation_id="together", responses=says(Listing, 404),
            summary="Products bought together with one")  # fmt: skip
async def together(request: Request, product_id: ProductId, filters: Wished) -> Response:
    """What two orders or more held beside it, the closest first: the cosine of the orders that hold each."""
    return await answered(request, lambda shop: shop.together(product_id, filters.wishes()))


@router.get("/v1/trending", operation_id="trending", responses=says(Listing),
            summary="What everybody looks at and buys")  # fmt: skip
async def trending(request: Request, filters: Wished) -> Response:
    """Views, carts and purchases of the last days, live ones included, old ones counting less."""
    return await answered(request, lambda shop: shop.trending(filters.wishes()))
