"""What Lua can `require`: one Python module for each Lua module, declared with `runtime.binding`."""
