cimport cython
from runtime.lua.table cimport Table

cdef class Writer:
    cdef list pieces
    cdef list path
    cdef list joined
    cdef Py_ssize_t size

    cpdef text(self)
    cdef flush(self)
    cpdef write(self, value)
    cdef write_table(self, Table table)
    @cython.locals(pieces=list, first=bint)
    cdef write_array(self, list array)
    @cython.locals(first=bint)
    cdef write_object(self, dict fields)

cpdef number(double value)
@cython.locals(depth=Py_ssize_t, quoted=bint, escaped=bint, char=Py_UCS4)
cpdef exceeds_depth(str text)
cpdef finish(value)
@cython.locals(index=Py_ssize_t, table=Table)
cpdef finish_list(list items)
@cython.locals(absent=bint, table=Table)
cpdef finish_object(dict fields)
cpdef finish_text(value)
cdef _to_bytes(str text)
