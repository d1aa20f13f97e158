-- The math library is complete.
for _, name in ipairs { "abs", "acos", "asin", "atan", "atan2", "ceil", "cos", "cosh", "deg", "exp", "floor", "fmod", "frexp",
  "ldexp", "log", "log10", "max", "min", "mod", "modf", "pow", "rad", "random", "randomseed", "sin", "sinh", "sqrt", "tan",
  "tanh", "tointeger", "type", "ult" } do
  if type(math[name]) ~= "function" then print("absent: " .. name) end
end
print(math.huge, math.maxinteger, math.mininteger, math.pi > 3.14)
