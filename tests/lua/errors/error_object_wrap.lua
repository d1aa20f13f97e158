-- wrap keeps kind, retryable and message.
local inner = errors.new({ message = "disk full", kind = errors.INTERNAL, retryable = false })
local outer = errors.wrap(inner, "saving")
print(outer:kind(), outer:retryable(), outer:message(), errors.is(outer, errors.INTERNAL))
print(errors.wrap("text", "context"):message())
