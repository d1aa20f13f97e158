-- Strings compare byte by byte.
print("a" < "b", "a" < "B", "abc" < "abd", "ab" < "abc", "" < "a")
print("Z" < "a", "10" < "9", "a" <= "a", "b" > "a", "b" >= "c")
print("a\0b" < "a\0c", "a\0" > "a", "\255" > "\127")
