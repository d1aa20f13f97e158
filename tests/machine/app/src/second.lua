-- What a worker becomes.
return function(state, pid)
    local message = process.inbox():receive()
    return {state, pid == process.pid(), message:topic(), message:payload():data()}
end
