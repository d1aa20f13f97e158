-- tonumber of text.
print(tonumber("42"), tonumber("-7"), tonumber("  12  "), tonumber("1e3"), tonumber(".5"), tonumber("5."))
print(tonumber("0x1F"), tonumber("-0x10"), tonumber("0x.8"), tonumber("0x1p4"))
print(tonumber(""), tonumber("abc"), tonumber("1 2"), tonumber("1e"), tonumber("0x"), tonumber("--1"))
print(tonumber("inf"), tonumber("nan"), tonumber("1_000"), tonumber("1,5"))
print(math.type(tonumber("3")), math.type(tonumber("3.0")), math.type(tonumber("1e3")))
