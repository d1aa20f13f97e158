-- An error object shows its message.
error(errors.new("no such user"))
