-- A string is bytes: length counts them, zero bytes included.
print(#"", #"abc", #"a\0b", #"\u{e9}", #"日本")
print(("abc"):len(), string.len("\0\0"))
