local check = require("check")
local expr = require("expr")

local RESULTS = {
    ["6 * 7 - 2"] = 40, ["10 % 4"] = 2, ["n > 2"] = true, ["n == 3 && !flag"] = true, ["n < 3 || flag"] = false,
    ["n > 5 ? 'much' : 'little'"] = "little", ["max(1, n, 2)"] = 3, ["min(9, n)"] = 3, ["abs(-n)"] = 3, ["ceil(1.2)"] = 2,
    ["floor(1.8)"] = 1, ["len(list)"] = 2, ["list[1]"] = "b", ["'a' in list"] = true, ["'x' + 'y'"] = "xy",
    ["upper('ab') + lower('CD') + trim(' e ')"] = "ABcde", ["'hello' contains 'ell'"] = true, ["sum([1, 2, n])"] = 6,
}

return function()
    local variables = {n = 3, flag = false, list = {"a", "b"}}
    for text, wanted in pairs(RESULTS) do check.equal(expr.eval(text, variables), wanted, text) end
    check.equal(expr.eval("1 + 1"), 2, "without variables")

    local price = assert(expr.compile("price * (1 - discount)", {price = 1, discount = 0.5}))
    check.equal(price:run{price = 100, discount = 0.25}, 75.0, "run")
    check.equal(price:run{price = 10, discount = 0.5}, 5.0, "run again")

    check.failed(errors.INVALID, expr.eval(""))
    check.failed(errors.INVALID, expr.compile(""))
    check.failed(errors.INTERNAL, expr.eval("1 +"))
    check.failed(errors.INTERNAL, expr.compile("(1"))
    check.failed(errors.INTERNAL, expr.eval("list.x.y", variables))
    check.failed(errors.INTERNAL, price:run{price = "x", discount = 1})
end
