-- upper, lower and reverse.
print(("Hello World 1"):upper(), ("Hello World 1"):lower(), ("abc"):reverse(), (""):reverse() == "")
