"""Terminal hosts: processes that talk to the terminal, and end the runtime when they end (page system/terminal)."""
