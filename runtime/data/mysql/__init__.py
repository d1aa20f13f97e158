"""MySQL and MariaDB, through PyMySQL's implementation of their protocol on cooperative sockets."""
