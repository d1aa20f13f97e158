-- Without a position there is none.
error("bare message", 0)
