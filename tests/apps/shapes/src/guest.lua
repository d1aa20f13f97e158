-- Takes part in a relay for a moment.
return function()
    process.inbox():receive()
end
