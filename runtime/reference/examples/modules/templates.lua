local templates = require("templates")

local views = templates.get("app:views")
print((views:render("welcome", {name = "Ada"}):gsub("\n", ""))) --> Welcome to Example, Ada!

local _, err = views:render("missing")
print(err:kind()) --> NotFound
views:release()
