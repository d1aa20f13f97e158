"""Making HTML from strangers harmless."""
