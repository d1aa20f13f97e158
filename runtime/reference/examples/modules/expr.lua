local expr = require("expr")

print(expr.eval("price * count > 100 ? 'large' : 'small'", {price = 30, count = 4})) --> large

local is_adult = expr.compile("age >= 18 && country in ['NO', 'SE']")
print(is_adult:run({age = 20, country = "SE"})) --> true

local _, err = expr.eval("1 +")
print(err:kind()) --> Internal
