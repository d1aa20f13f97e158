"""HTTP: one Falcon application per http.service, the exchange that a handler sees, and the servers."""
