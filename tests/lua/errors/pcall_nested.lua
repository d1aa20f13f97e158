-- pcall in pcall; errors are caught by the nearest one.
print(pcall(function()
  local ok, err = pcall(error, "inner", 0)
  error("outer after " .. err, 0)
end))
print((pcall(pcall, error, "x")), (select(2, pcall(pcall, error, "x"))))
