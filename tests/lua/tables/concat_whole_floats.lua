-- concat writes whole floats as tostring does.
print(table.concat({ 1.0, 10 / 2, 2.5 }, " "))
