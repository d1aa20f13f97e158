local http = require("http")

-- Sends what the body says to whom it says: {to, topic, data}.
return function()
    local message = http.request():body_json()
    local sent, err = process.send(message.to, message.topic, message.data)
    return {sent = sent or false, error = err and err:message()}
end
