cimport cython
from libc.stdint cimport int64_t
from runtime.lua.table cimport Table
from runtime.lua.calls cimport invoke, invoke_2, first

cdef _metamethod(value, str event)
cpdef index(owner, key)
cpdef setindex(owner, key, value)

@cython.locals(x=int64_t, y=int64_t, z=int64_t)
cpdef add(a, b)
cdef _add_slow(a, b)
@cython.locals(x=int64_t, y=int64_t, z=int64_t)
cpdef sub(a, b)
cdef _sub_slow(a, b)
@cython.locals(x=int64_t, y=int64_t, z=int64_t, wide=cython.double)
cpdef mul(a, b)
cdef _mul_slow(a, b)
cdef _arithmetic_metamethod(str event, a, b)
cdef _bits(str event, a, b)
cpdef eq(a, b)
cdef _equal_by_metamethod(a, b)
cpdef lt(a, b)
cdef _less(a, b)
cpdef le(a, b)
cdef _compare_by_metamethod(str event, a, b)
cpdef concat(a, b)
cdef _concat(a, b, operand)
cdef _piece(value)
cpdef length(value)
cpdef tostring(value)
