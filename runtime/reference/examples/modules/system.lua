local system = require("system")

print(system.memory.allocated() > 0, system.runtime.cpu_count() > 0) --> true true
print(system.supervisor.state("app:processes").status) --> running
print(#system.hosts.processes("app:processes") > 0) --> true
