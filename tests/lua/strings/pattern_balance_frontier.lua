-- %b for balanced pairs, %f for frontiers.
print(("f(a(b)c)d"):match("%b()"), ("x{y{z}}"):match("%b{}"), ("((("):match("%b()"))
print(("THE (quick) fox"):gsub("%f[%a]%a+%f[%A]", "W"))
print(("hello world"):find("%f[%w]w"), ("x"):find("%f[%z]"))
