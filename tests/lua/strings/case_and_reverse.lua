-- upper, lower and reverse work on ASCII letters and bytes.
print(("Hello World 1"):upper(), ("Hello World 1"):lower(), ("abc"):reverse(), (""):reverse() == "")
print(("\u{e9}"):upper() == "\u{e9}")
