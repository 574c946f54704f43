"""Finding which offers of several catalogues are one product."""
