-- Greedy, lazy and optional items.
print(("aaa"):match("a*"), ("aaa"):match("a-"), ("aaa"):match("a+"), ("aaa"):match("a?"))
print(("<b>bold</b>"):match("<.->"), ("<b>bold</b>"):match("<.*>"))
print(("xaaay"):match("xa*y"), ("xy"):match("xa*y"), ("xy"):match("xa+y"), ("xay"):match("xa?y"))
print(("color colour"):gsub("colou?r", "C"))
