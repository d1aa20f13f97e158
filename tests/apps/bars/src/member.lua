local function main(number: integer)
    local questions = process.listen("question", {message = true})
    local question = questions:receive()
    process.send(question:from(), "answer", {number = number, from = process.pid(), twice = question:payload():data() * 2})
end

return {main = main}
