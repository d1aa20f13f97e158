-- Every escape sequence of a quoted string.
print("a\tb", 'single \'quoted\'', "double \"quoted\"", "back\\slash")
print("\65\066\x43\u{44}", "\x41\x7a")
print("line\
break")
print("skip \z
       over \z blanks")
print(#"\a\b\f\n\r\t\v", ("\a\b\f\n\r\t\v"):byte(1, -1))
print("\0659", "\u{20AC}", #"\u{10FFFF}", "\u{7F}" == "\x7F")
