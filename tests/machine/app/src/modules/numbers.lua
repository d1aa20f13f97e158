local json = require("json")
return {twice = function(n: number): number return 2 * n end, list = function(...) return json.encode({...}) end}
