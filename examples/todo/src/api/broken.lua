-- A mistake on purpose: the client gets status 500 and the message, the log gets the Lua traceback.

local function theme_of(settings: any): string
    return settings.theme.name
end

return function()
    local theme = theme_of({language = "en"})
    return {theme = theme}
end
