"""Running programs of the operating system: executors by entry, and the programs that they start."""
