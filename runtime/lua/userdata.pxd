cdef class Userdata:
    cdef object __weakref__
