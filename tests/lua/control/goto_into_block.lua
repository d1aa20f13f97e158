-- A label inside a block is not visible outside of it.
goto inside
do
  ::inside::
end
