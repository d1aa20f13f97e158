cimport cython
from runtime.lua.patterntext cimport Item, Pattern

cdef int SINGLE, RUN, GREEDY, LAZY, OPEN, CLOSE, POSITION, BALANCE, FRONTIER, END, FAULT, TEXT, PLACE, UNFINISHED

cdef long long _BUDGET
cdef long long _BUDGET_PER_CHARACTER
cdef long long _ITEM_COST
cdef list _NO_CAPTURES

cdef class Matcher:
    cdef public Pattern pattern
    cdef public str subject
    cdef public Py_ssize_t size
    cdef public Py_ssize_t start
    cdef public long long budget
    cdef list starts
    cdef list ends

    cpdef refill(self)
    @cython.locals(pattern=Pattern, subject=str, begin=bytes, size=Py_ssize_t, i=Py_ssize_t, end=Py_ssize_t)
    cpdef Py_ssize_t search(self, Py_ssize_t position) except -2
    @cython.locals(subject=str, size=Py_ssize_t, i=Py_ssize_t, end=Py_ssize_t, op=int, current=Item)
    cdef Py_ssize_t run(self, Item item, Py_ssize_t position) except -2
    @cython.locals(subject=str, members=bytes, i=Py_ssize_t, stop=Py_ssize_t)
    cdef Py_ssize_t span(self, Item item, Py_ssize_t position) except -2
    @cython.locals(subject=str, follow=bytes, i=Py_ssize_t, size=Py_ssize_t, low=Py_ssize_t, end=Py_ssize_t)
    cdef Py_ssize_t greedy(self, Item item, Py_ssize_t position) except -2
    @cython.locals(subject=str, follow=bytes, members=bytes, i=Py_ssize_t, size=Py_ssize_t, end=Py_ssize_t)
    cdef Py_ssize_t lazy(self, Item item, Py_ssize_t position) except -2
    @cython.locals(op=int, before=int, after=int)
    cdef Py_ssize_t rare(self, Item item, Py_ssize_t position) except -2
    @cython.locals(subject=str, i=Py_ssize_t, size=Py_ssize_t, depth=Py_ssize_t, code=int)
    cdef Py_ssize_t balance(self, Item item, Py_ssize_t position) except -2
    @cython.locals(start=Py_ssize_t, length=Py_ssize_t)
    cdef Py_ssize_t back_reference(self, Py_ssize_t index, Py_ssize_t position) except -2
    @cython.locals(start=Py_ssize_t, kind=int)
    cpdef capture(self, Py_ssize_t index)
    @cython.locals(count=Py_ssize_t, index=Py_ssize_t)
    cpdef captures(self, Py_ssize_t end)

@cython.locals(matcher=Matcher)
cpdef Matcher borrow(Pattern pattern, str subject)
cpdef give_back(Matcher matcher)
