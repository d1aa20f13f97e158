-- An error nobody catches ends the program.
print("before")
local function f()
  error("went wrong")
end
f()
print("after")
