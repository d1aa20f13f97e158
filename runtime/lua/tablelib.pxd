cimport cython
from runtime.lua.calls cimport enter, first, leave
from runtime.lua.operators cimport length, lt
from runtime.lua.table cimport Table

cdef Py_ssize_t _MAX_RESULTS
cdef Py_ssize_t _MAX_ELEMENTS
cdef Py_ssize_t _MAX_BY_ACCESS
cdef Py_ssize_t _MAX_SIZE
cdef Py_ssize_t _MAX_RUN

cdef Table _table(value, Py_ssize_t position, str function)
@cython.locals(events=dict)
cdef bint _plain(Table t)
@cython.locals(size=object)
cdef Py_ssize_t _length(Table t) except? -1
cdef _trim(list array)
cdef _within_reach(Py_ssize_t count)
cdef _append(Table t, value)
@cython.locals(size=Py_ssize_t, key=Py_ssize_t, array=list)
cdef _insert(Table t, Py_ssize_t position, value)
@cython.locals(array=list)
cdef _remove(Table t, Py_ssize_t size, Py_ssize_t position)
cdef _remove_by_access(Table t, Py_ssize_t size, Py_ssize_t position)
@cython.locals(plain=bint, pieces=list, total=Py_ssize_t, key=Py_ssize_t, offset=Py_ssize_t)
cdef _concat(Table t, str separator, Py_ssize_t low, Py_ssize_t high)
@cython.locals(offset=Py_ssize_t)
cdef _unpack(Table t, Py_ssize_t low, Py_ssize_t high)
@cython.locals(values=list, offset=Py_ssize_t)
cdef _move(Table a, Py_ssize_t low, Py_ssize_t count, Py_ssize_t place, Table b)
cdef list _sorted(list values, comparator)
@cython.locals(position=Py_ssize_t)
cdef _write_back(Table t, list values)

cdef list _merge_sorted(list values, comparator)
@cython.locals(size=Py_ssize_t, source=list, target=list, width=Py_ssize_t, low=Py_ssize_t)
cdef list _merge_runs(list values, comparator)
@cython.locals(end=Py_ssize_t, left=Py_ssize_t, right=Py_ssize_t, middle=Py_ssize_t, place=Py_ssize_t)
cdef _insert_each(list values, Py_ssize_t low, Py_ssize_t high, comparator)
@cython.locals(i=Py_ssize_t, j=Py_ssize_t, k=Py_ssize_t)
cdef _merge(list source, list target, Py_ssize_t low, Py_ssize_t middle, Py_ssize_t high, comparator)
cdef bint _before(a, b, comparator) except -1
