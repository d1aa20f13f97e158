-- typeof, keyof, indexed access and conditional types.
type Config = { host: string, port: number }
local default = { host = "localhost", port = 80 }
local a: typeof(default) = default
local b: keyof(Config) = "host"
local c: Config["port"] = 8080
type IsString<T> = T extends string ? true : false
type Elem<T> = T extends {any} ? T : never
local d: interface { run: () -> () } = { run = function() end }
print(a.host, b, c, d.run())
