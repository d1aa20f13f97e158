"""Functions: stateless entries that are called, each call a short process on a pooled instance."""
