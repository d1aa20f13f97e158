cimport cython
from runtime.lua.patterns cimport Matcher, borrow, give_back
from runtime.lua.patterntext cimport Pattern, compiled, is_plain
from runtime.lua.table cimport Table
from runtime.lua.calls cimport first, invoke, many

cdef Py_ssize_t _MAX_RESULTS
cdef Py_ssize_t _MAX_SIZE
cdef Py_ssize_t _MAX_PIECES
cdef Py_ssize_t _LONG

cdef Py_ssize_t _start(Py_ssize_t position, Py_ssize_t size)
cdef Py_ssize_t _stop(Py_ssize_t position, Py_ssize_t size)

@cython.locals(size=Py_ssize_t, start=Py_ssize_t, stop=Py_ssize_t)
cdef _sub(str s, Py_ssize_t i, Py_ssize_t j)
@cython.locals(size=Py_ssize_t, start=Py_ssize_t, stop=Py_ssize_t)
cdef _byte(str s, Py_ssize_t i, Py_ssize_t j)
@cython.locals(size=Py_ssize_t, start=Py_ssize_t, end=Py_ssize_t, pattern=Pattern, matcher=Matcher)
cdef _find(str s, str text, Py_ssize_t init, bint plain)
cdef _find_plain(str s, str text, Py_ssize_t start)
@cython.locals(size=Py_ssize_t, start=Py_ssize_t, end=Py_ssize_t, matcher=Matcher)
cdef _match(str s, str text, Py_ssize_t init)

cdef class MatchIterator:
    cdef Matcher matcher
    cdef Py_ssize_t position
    cdef Py_ssize_t last
    @cython.locals(matcher=Matcher, end=Py_ssize_t)
    cdef step(self)

@cython.locals(matcher=Matcher, template=list, fixed=bint, blocks=list, pieces=list, position=Py_ssize_t, copied=Py_ssize_t, count=Py_ssize_t, total=Py_ssize_t, last=Py_ssize_t, end=Py_ssize_t)
cdef _gsub(str s, Pattern pattern, replacement, Py_ssize_t most)
@cython.locals(pieces=list, total=Py_ssize_t, piece=str)
cdef _expand(list template, Matcher matcher, Py_ssize_t end)
cdef _replaced(replacement, Matcher matcher, Py_ssize_t end)
