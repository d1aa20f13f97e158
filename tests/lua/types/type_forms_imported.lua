-- Types of another module are written with a dot.
local function handle(req: http.Request, opts: json.Options?): http.Response?
  return req
end
print(handle("request"))
