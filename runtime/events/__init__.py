"""The event bus: what happens in the runtime and in applications, for whoever wants to watch."""
