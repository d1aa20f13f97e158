cdef dict _cache
cdef dict _unanchored

cdef class Item:
    cdef public int op
    cdef public int code
    cdef public Py_ssize_t low
    cdef public Py_ssize_t index
    cdef public bint once
    cdef public bint any
    cdef public bint follow_end
    cdef public int first
    cdef public int last
    cdef public str message
    cdef public bytes members
    cdef public bytes follow
    cdef public Item next

cdef class Pattern:
    cdef public bint anchored
    cdef public bint begin_end
    cdef public Py_ssize_t captures
    cdef public list kinds
    cdef public Item first
    cdef public bytes begin
    cdef public str head
    cdef public str literal
    cdef public object spare

cpdef bint is_plain(str text)
cpdef Pattern compiled(str text)
cpdef Pattern compiled_for_gmatch(str text)
