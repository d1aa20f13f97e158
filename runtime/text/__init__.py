"""Working on text: regular expressions, differences, splitting into chunks. Nothing here knows Lua."""
