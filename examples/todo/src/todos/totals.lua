-- A function returned directly: an entry with one function needs no table.

local store = require("store")

return store.totals
