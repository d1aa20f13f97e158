return function(kind) return nil, errors.new{message = "refused", kind = kind, retryable = false, details = {n = 1}} end
