local excel, fs = require("excel"), require("fs")

local book = excel.new()
book:new_sheet("Prices")
book:set_cell_value("Prices", "A1", "tea")
book:set_cell_value("Prices", "B1", 2.5)
local file = fs.get("app:files"):open("prices.xlsx", "w")
book:write_to(file)
file:close()
book:close()

local again = excel.open(fs.get("app:files"):open("prices.xlsx", "r"))
for _, row in ipairs(again:get_rows("Prices")) do
    print(table.concat(row, " ")) --> tea 2.5
end
again:close()
