"""Environment variables: named values in storages that entries declare (documentation page system/env)."""
