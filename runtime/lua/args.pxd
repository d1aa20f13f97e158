cimport cython
from runtime.lua.table cimport Table

cpdef type_name(value)
