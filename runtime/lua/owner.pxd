cimport cython
from runtime.lua.operators cimport index, setindex

@cython.final
cdef class Owner:
    cdef object value

cpdef owner(value)
