-- Types may run over several lines.
local function build(
  name: string,
  options: {
    size: number,
    color?: string,
  }
): {
  name: string,
  size: number,
}
  return { name = name, size = options.size }
end
local r = build("box", { size = 3 })
print(r.name, r.size)
