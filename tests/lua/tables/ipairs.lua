-- ipairs stops at the first nil.
for i, v in ipairs({ "a", "b", nil, "d" }) do print(i, v) end
for _ in ipairs({}) do print("never") end
for i, v in ipairs({ [0] = "zero", "one" }) do print(i, v) end
