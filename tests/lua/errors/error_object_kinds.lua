-- The kinds and their spelling.
print(errors.INVALID, errors.NOT_FOUND, errors.ALREADY_EXISTS, errors.PERMISSION_DENIED, errors.UNAVAILABLE)
print(errors.INTERNAL, errors.CANCELED, errors.CONFLICT, errors.TIMEOUT, errors.RATE_LIMITED, errors.UNKNOWN == "")
