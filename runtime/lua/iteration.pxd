cimport cython
from runtime.lua.table cimport Table, PairsIterator
from runtime.lua.calls cimport invoke, many
from runtime.lua.coroutines cimport Wrapped
from runtime.lua.operators cimport index

cdef _next(Table table, key)
cdef _pairs(Table table)
cpdef adjust(results, Py_ssize_t count)
@cython.locals(table=Table)
cpdef for_in_2(results)

@cython.final
cdef class CallIterator:
    cdef object function
    cdef object state
    cdef object control
    cdef Py_ssize_t count
    @cython.locals(wrapped=Wrapped)
    cdef step(self)

@cython.final
cdef class KeysIterator:
    cdef PairsIterator inner

@cython.final
cdef class SecondValues:
    cdef object pairs

@cython.final
cdef class ListValues:
    cdef Table table
    cdef Py_ssize_t position
    @cython.locals(array=list, position=Py_ssize_t)
    cdef step(self)

@cython.final
cdef class FieldValues:
    cdef Table table
    cdef Py_ssize_t position
    cdef object values
    cdef Py_ssize_t passed
    @cython.locals(array=list, position=Py_ssize_t)
    cdef step(self)

cdef object _END

@cython.locals(table=Table)
cpdef for_second(results)
