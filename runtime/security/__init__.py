"""Who code acts as and what it may do: actors, policies, scopes of policies, and tokens that stand for them."""
