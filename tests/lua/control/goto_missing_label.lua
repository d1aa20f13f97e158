-- The label must be visible.
print("x")
goto nowhere
