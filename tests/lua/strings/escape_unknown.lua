-- An unknown escape is refused.
print("\q")
