-- A decimal escape stands for one byte.
print("\300")
