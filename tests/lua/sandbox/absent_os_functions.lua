-- os tells the time and nothing else of the machine.
print(os.execute, os.remove, os.rename, os.exit, os.getenv, os.tmpname, os.setlocale)
print(type(os.time), type(os.date), type(os.clock), type(os.difftime))
