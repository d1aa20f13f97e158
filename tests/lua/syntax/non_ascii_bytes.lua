-- Strings and comments hold any byte. (naïve, 日本)
print("naïve", #"naïve", "日本" == "\u{65E5}\u{672C}")
