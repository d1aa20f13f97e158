-- A label name is unique in its function's visible blocks.
::here::
print(1)
::here::
