"""What applications are composed of: modules, where they come from, and how their entries come together."""
