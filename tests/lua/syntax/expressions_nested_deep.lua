-- Nested parentheses and tables.
print(((((((((((((((((((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))))))))))))))))))
local t = { { { { { { { { { { { { { { { { "deep" } } } } } } } } } } } } } } } }
while type(t) == "table" do t = t[1] end
print(t)
