-- Errors name the right line behind erased types.
type Row = {
  id: number,
  name: string,
}

local function name(row: Row?): string
  return row.name
end
print(pcall(name, nil))
