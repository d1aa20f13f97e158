"""What a node counts and measures, and its text for Prometheus."""
