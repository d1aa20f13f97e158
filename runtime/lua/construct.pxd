cimport cython
from runtime.lua cimport fresh
from runtime.lua.table cimport Table
from runtime.lua.operators cimport add, length, setindex
from runtime.lua.calls cimport invoke, many, pack

cpdef new_table()
@cython.locals(table=Table, values=list)
cpdef table_list(list values)
@cython.locals(table=Table)
cpdef table_fields(dict fields)
@cython.locals(array=list)
cpdef table_extend(Table table, Py_ssize_t start, results)
@cython.locals(table=Table, array=list)
cpdef append(owner, value)
cpdef join(tuple values, results)
cpdef spread(function, tuple values, results)
