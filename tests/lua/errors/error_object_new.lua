-- Structured errors: message, kind, retryable, details.
local err = errors.new("boom")
print(type(err), tostring(err), err:message(), err:kind() == "", err:retryable(), err:details())
err = errors.new({ message = "gone", kind = errors.NOT_FOUND, retryable = true, details = { id = 7 } })
print(err:message(), err:kind(), err:retryable(), err:details().id)
print("failed: " .. err)
