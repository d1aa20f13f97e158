-- Strings that are numerals take part in arithmetic.
print("10" + 1, "3" * "4", 10 - "2.5", "0x10" + 0)
print(" 7 " + 0, "\t8\n" * 1)
print("10" / "5", "7" // "2", "7" % "4", "2" ^ "3")
