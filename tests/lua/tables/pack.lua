-- pack counts its arguments, nils included.
local p = table.pack(1, nil, 3, nil)
print(p.n, p[1], p[2], p[3], p[4])
print(table.pack().n, table.pack(nil).n)
