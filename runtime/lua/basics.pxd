cimport cython
from runtime.lua.table cimport Table
from runtime.lua.calls cimport pack
from runtime.lua.operators cimport tostring
