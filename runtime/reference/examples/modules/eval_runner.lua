local eval_runner = require("eval_runner")

local sum, err = eval_runner.run({
    source = "return function(a, b) return a + b end",
    args = {1, 2},
})
print(sum, err) --> 3 nil

-- The code gets the modules that are listed, and none that reaches storage or the network unless that is allowed.
local _, refused = eval_runner.run({source = "return 1", modules = {"sql"}})
print(refused:kind()) --> Invalid

local _, wrong = eval_runner.compile("return (")
print(wrong:kind()) --> Internal
