-- Functions on lists of any type.

local function map<T, U>(items: {T}, change: (T) -> U): {U}
    local changed: {U} = {}
    for index, item in ipairs(items) do
        changed[index] = change(item)
    end
    return changed
end

local function contains<T>(items: {T}, wanted: T): boolean
    for _, item in ipairs(items) do
        if item == wanted then
            return true
        end
    end
    return false
end

return {map = map, contains = contains}
