# The functions of generators.py in C.
cdef extern from *:
    """
    #ifndef WIPPY_GENERATORS
    #define WIPPY_GENERATORS

    static int wippy_has_returned = 0;

    static int wippy_makes_generator(PyObject *function) {
        return PyFunction_Check(function)
            && (((PyCodeObject *)PyFunction_GET_CODE(function))->co_flags & CO_GENERATOR) != 0;
    }

    /* PERF: without the StopIteration that ends a generator's `send`. */
    static PyObject *wippy_advance(PyObject *generator, PyObject *value) {
        PyObject *result = NULL;
        PySendResult sent = PyIter_Send(generator, value, &result);
        wippy_has_returned = sent == PYGEN_RETURN;
        return sent == PYGEN_ERROR ? NULL : result;
    }

    static int wippy_returned(void) {
        return wippy_has_returned;
    }
    #endif
    """
    cpdef bint makes_generator "wippy_makes_generator" (object function)
    cpdef object advance "wippy_advance" (object generator, object value)
    cpdef bint returned "wippy_returned" ()
