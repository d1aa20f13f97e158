cimport cython
from runtime.lua.calls cimport at_limit, get_depth, set_depth, settle
from runtime.lua.generators cimport advance, makes_generator, returned
from runtime.lua.greenlets cimport attribute, current, switch
from runtime.lua.strands cimport Strand, abandon, lua_greenlet, running_strand
from runtime.lua.userdata cimport Userdata

cdef int _SUSPENDED, _RUNNING, _NORMAL, _DEAD

cdef class Coroutine(Userdata):
    cdef object body
    cdef object generator
    cdef public int status
    cdef object greenlet
    cdef Strand strand
    cdef object resumer
    cdef Strand outside
    cdef set nursery
    cdef object values
    cdef bint failed

    cpdef resume(self, tuple args)
    @cython.locals(depth=Py_ssize_t)
    cdef step(self, tuple args)
    cdef finish(self)
    @cython.locals(depth=Py_ssize_t, resumed_by=Coroutine)
    cdef switch_to(self, tuple args)
    cdef come_from(self, here)
    cdef end(self, values, bint failed)

@cython.locals(strand=Strand, thread=Coroutine, args=tuple)
cpdef _run()
cdef _carry_on(Strand strand, generator)
@cython.locals(thread=Coroutine)
cdef _suspend(Strand strand, values)
@cython.locals(depth=Py_ssize_t, thread=Coroutine, args=tuple)
cdef _yield(Strand strand, values)
@cython.locals(strand=Strand, thread=Coroutine)
cdef _made(body)
cdef _resumed(Coroutine thread, tuple args)

@cython.final
cdef class Wrapped:
    cdef Coroutine thread
    cdef object __weakref__
    cdef resume(self, tuple args)
