-- Semicolons separate and are statements of their own.
;;; local a = 1; local b = 2;; print(a + b);
do ; end
if a then ; end
local function f() ; return 3; end
print(f());
