"""Contracts: interfaces that entries declare, and bindings of functions to their methods (page lua/core/contract)."""
