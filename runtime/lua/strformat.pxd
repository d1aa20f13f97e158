cimport cython

cdef dict _cache

cdef class Directive:
    cdef public str flags
    cdef public str verb
    cdef public str spec
    cdef public Py_ssize_t width
    cdef public object precision
    cdef public bint bare
    cdef public object write

@cython.locals(part=object, piece=str, pieces=list, taken=Py_ssize_t, size=Py_ssize_t, directive=Directive)
cdef _fill(list parts, tuple args)
@cython.locals(number=object)
cpdef _integer(Directive directive, value, Py_ssize_t position)
@cython.locals(number=double)
cpdef _float(Directive directive, value, Py_ssize_t position)
@cython.locals(text=str)
cpdef _string(Directive directive, value, Py_ssize_t position)
