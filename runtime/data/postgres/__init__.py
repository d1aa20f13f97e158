"""PostgreSQL, through pg8000's implementation of its protocol on cooperative sockets."""
