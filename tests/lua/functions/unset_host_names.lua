-- Names of Python's own functions are plain unset globals.
print(len, str, open, eval, exec, __import__, getattr, isinstance, Exception, True, None)
print(_G.len, ("x").__class__, ("x").encode)
