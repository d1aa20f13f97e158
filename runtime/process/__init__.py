"""Processes: isolated actors with a mailbox, run by a fair and preemptive scheduler on the gevent hub."""
