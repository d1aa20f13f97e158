cimport cython
from runtime.lua.iteration cimport CallIterator, SecondValues
from runtime.lua.table cimport Table

@cython.locals(table=Table)
cdef bint _any_may_call(tuple values)
@cython.locals(calls=CallIterator)
cpdef bint loop_may_call(iterator)
