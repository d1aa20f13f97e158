cimport cython

cdef Py_ssize_t depth
cdef Py_ssize_t LIMIT

cpdef Py_ssize_t get_depth()
cpdef set_depth(Py_ssize_t value)
cpdef bint at_limit()
cpdef enter()
cpdef leave()
cpdef invoke(function, tuple args)
cpdef invoke_2(function, a, b)
cpdef settle(results)
cpdef first(results)
cpdef tuple many(results)
cpdef pack(values)
