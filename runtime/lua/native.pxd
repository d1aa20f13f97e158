# What compiled modules use in place of the functions of the same names and meanings in `runtime.lua.numbers`.
cimport cython
from libc.math cimport floor as float_floor, fmod, pow as float_pow
from libc.stdint cimport int64_t, uint64_t


cdef inline int64_t wrap(int64_t value) noexcept:
    return value  # -fwrapv has done it


cdef inline int64_t shift(int64_t value, int64_t places) noexcept:
    if places <= -64 or places >= 64:
        return 0
    if places >= 0:
        return value << places
    return <int64_t> (<uint64_t> value >> -places)


cdef inline bint both_numbers(a, b) noexcept:
    return (type(a) is float or type(a) is int) and (type(b) is float or type(b) is int)


cdef inline double to_double(number) noexcept:
    cdef int64_t whole
    if type(number) is float:
        return number
    whole = number
    return <double> whole


@cython.cdivision(True)
cdef inline double float_divide(double x, double y) noexcept:
    return x / y


cdef inline double float_mod(double x, double y) noexcept:
    cdef double remainder = fmod(x, y)
    if remainder * y < 0:
        remainder += y
    return remainder
