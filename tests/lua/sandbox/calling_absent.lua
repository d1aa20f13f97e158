-- Using an absent function is the ordinary error.
local f = load("return 1")
