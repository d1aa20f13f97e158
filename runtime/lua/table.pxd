cimport cython
from runtime.lua.calls cimport invoke

cdef Py_ssize_t _FEW
cdef int _BORROWED
cdef list _NO_ARRAY
cdef dict _NO_FIELDS
cdef object _index_caller
cdef object _newindex_caller

@cython.final
cdef class Table:
    cdef public dict hash
    cdef public list array
    cdef public Table meta
    cdef public bint frozen
    cdef public bint keyed
    cdef public bint lacks_newindex
    cdef public Table index_table
    cdef public int dead
    cdef public PairsIterator cursor
    cdef object __weakref__

    @cython.locals(index=Py_ssize_t, array=list)
    cpdef get(self, key)
    cdef _get_odd(self, key)
    @cython.locals(index=Py_ssize_t, size=Py_ssize_t, array=list)
    cpdef set(self, key, value)
    cdef _set_odd(self, key, value)
    @cython.locals(index=Py_ssize_t, size=Py_ssize_t, array=list)
    cdef put(self, key, value)
    cpdef borrow(self, dict fields)
    cpdef own_hash(self)
    @cython.locals(fields=dict, before=Py_ssize_t)
    cdef _set_hash(self, key, value)
    @cython.locals(array=list)
    cdef _shrink(self)
    cpdef list own_array(self)
    @cython.locals(array=list, fields=dict)
    cdef _migrate(self)
    @cython.locals(array=list)
    cpdef settle_array(self)
    cpdef Py_ssize_t length(self) noexcept
    cpdef bint has_newindex(self) except -1
    @cython.locals(cursor=PairsIterator)
    cpdef next(self, key)

@cython.final
cdef class PairsIterator:
    cdef Table table
    cdef Py_ssize_t position
    cdef object fields
    cdef dict table_hash
    cdef object last_key
    @cython.locals(array=list, position=Py_ssize_t)
    cdef step(self)

@cython.locals(table=Table, meta=Table, chain=Py_ssize_t)
cpdef index_metatable(table, key)
@cython.locals(table=Table, chain=Py_ssize_t)
cpdef assign_metatable(table, key, value)
cdef empty_parts(Table table)
cdef call_index(handler, owner, key)
cdef call_newindex(handler, owner, key, value)
