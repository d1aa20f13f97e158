"""Points in time, durations and time zones as Lua sees them: exact to the nanosecond, formatted by Go's layouts."""
