-- Reserved words are no names.
local end = 1
