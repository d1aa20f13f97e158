-- break needs a loop.
print("start")
break
