-- Sets: ranges, complements, classes inside, the closing bracket first.
print(("hello123"):match("[a-z]+"), ("hello123"):match("[%d]+"), ("hello123"):match("[^a-z]+"))
print(("a]b"):match("[]]"), ("a-b"):match("[a%-]+"), ("x^y"):match("[%^]"), ("x^y"):match("[x^]+"))
print(("foo_bar1"):match("[%w_]+"), ("a-z"):match("[a-]+"), ("%d"):match("[%%]"))
print(("abc"):match("[a-]"), ("[x]"):match("[[]"))
