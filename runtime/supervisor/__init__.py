"""Services: started in the order of their dependencies, restarted when they fail, stopped in reverse."""
