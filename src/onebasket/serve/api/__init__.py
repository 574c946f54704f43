"""The API: what is known and foretold, over HTTP.

`answers` holds what all requests share, `asked` what requests may say; `customers`, `products` and `status`
are the routes; `guard` stands before all of them, `schema` writes what OpenAPI says of them.
"""
