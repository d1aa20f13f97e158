cimport cython
from runtime.lua.greenlets cimport attribute, current, keep_stacks, switch

cdef Py_ssize_t _abandoning, _MOST_ABANDONING

@cython.final
cdef class Strand:
    cdef public object owner
    cdef public object thread
    cdef public object main
    cdef public bint abandoned
    cdef public Py_ssize_t outer_depth

cpdef Strand running_strand()
@cython.locals(strand=Strand)
cpdef running_owner()
cpdef lua_greenlet(run, Strand strand, parent)
@cython.locals(strand=Strand)
cpdef abandon(suspended)
