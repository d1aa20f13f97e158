-- A chunk may return values; they are not printed.
print("before")
do return 1, 2 end
print("never")
