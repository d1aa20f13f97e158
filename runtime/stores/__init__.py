"""Key-value stores: what the `store` module keeps values in, and the entry kinds that make them."""
