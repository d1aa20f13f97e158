-- A queue that is appended to and cleared from the front.
local q, head, tail = {}, 1, 0
for round = 1, 3 do
  for i = 1, 4 do tail = tail + 1 q[tail] = round * 10 + i end
  for _ = 1, 3 do sum = (sum or 0) + q[head] q[head] = nil head = head + 1 end
end
print(sum, head, tail, q[head], q[tail], q[1])
