-- Long strings keep everything but a first newline.
print([[one line]])
print([[
first newline dropped
second kept]])
print([==[with ]] and ]=] inside]==])
print([[no \n escapes "here"]], #[[

]])
print([=[]]]=], #[[]])
