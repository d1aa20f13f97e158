# The functions of greenlets.py in C. They need no header of greenlet's, whose C interface is a table of pointers.
cdef extern from *:
    """
    #ifndef WIPPY_GREENLETS
    #define WIPPY_GREENLETS

    /* Positions in the table, from greenlet.h, where they never change. */
    enum { WIPPY_GET_CURRENT = 4, WIPPY_SWITCH = 6 };

    /* Not by an import, which would use the builtins of the running frame: Lua frames have no `__import__`. */
    static void **wippy_find_table(void) {
        void **found = NULL;
        PyObject *name = PyUnicode_FromString("greenlet");
        PyObject *module = name == NULL ? NULL : PyImport_GetModule(name);
        PyObject *capsule = module == NULL ? NULL : PyObject_GetAttrString(module, "_C_API");
        if (capsule != NULL)
            found = (void **)PyCapsule_GetPointer(capsule, "greenlet._C_API");
        else if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ImportError, "greenlet is not imported");
        Py_XDECREF(capsule);
        Py_XDECREF(module);
        Py_XDECREF(name);
        return found;
    }

    static void **wippy_greenlet_table(void) {
        static void **table = NULL;
        if (table == NULL)
            table = wippy_find_table();
        return table;
    }

    static PyObject *wippy_current(void) {
        void **table = wippy_greenlet_table();
        return table == NULL ? NULL : ((PyObject *(*)(void))table[WIPPY_GET_CURRENT])();
    }

    static PyObject *wippy_switch(PyObject *target) {
        void **table = wippy_greenlet_table();
        return table == NULL ? NULL : ((PyObject *(*)(PyObject *, PyObject *, PyObject *))table[WIPPY_SWITCH])(target, NULL, NULL);
    }

    /* Only what the greenlet itself has: not to have it, as the hub, must not cost an exception. */
    static PyObject *wippy_attribute(PyObject *owner, PyObject *name) {
        PyObject **place = _PyObject_GetDictPtr(owner);
        PyObject *found = NULL;
        if (place != NULL && *place != NULL) {
            found = PyDict_GetItemWithError(*place, name);
            if (found == NULL && PyErr_Occurred())
                return NULL;
        }
        if (found == NULL)
            found = Py_None;
        Py_INCREF(found);
        return found;
    }

    /* PERF: every greenlet has Python frames of its own, in a chunk of 16 KB that Python asks the system for and gives
       back at the end: 7 of the 9 microseconds that a greenlet took to make, run and end. We keep up to 64. The calls
       of an arena allocator are made with the GIL held. */
    enum { WIPPY_CHUNK = 16 * 1024, WIPPY_KEPT = 64 };
    static PyObjectArenaAllocator wippy_system;
    static void *wippy_kept[WIPPY_KEPT];
    static int wippy_count = 0;

    static void *wippy_alloc(void *context, size_t size) {
        (void)context;
        if (size == WIPPY_CHUNK && wippy_count > 0)
            return wippy_kept[--wippy_count];
        return wippy_system.alloc(wippy_system.ctx, size);
    }

    static void wippy_free(void *context, void *memory, size_t size) {
        (void)context;
        if (size == WIPPY_CHUNK && wippy_count < WIPPY_KEPT)
            wippy_kept[wippy_count++] = memory;
        else
            wippy_system.free(wippy_system.ctx, memory, size);
    }

    static void wippy_keep_stacks(void) {
    #ifndef Py_GIL_DISABLED
        PyObjectArenaAllocator ours = {NULL, wippy_alloc, wippy_free};
        if (wippy_system.alloc == NULL) {
            PyObject_GetArenaAllocator(&wippy_system);
            PyObject_SetArenaAllocator(&ours);
        }
    #endif
    }
    #endif
    """
    cpdef object current "wippy_current" ()
    cpdef object switch "wippy_switch" (object target)
    cpdef object attribute "wippy_attribute" (object owner, str name)
    cpdef void keep_stacks "wippy_keep_stacks" ()
