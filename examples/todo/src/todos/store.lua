-- The table of todos in SQLite. Every function gives its result, or nil and an error.

local sql = require("sql")
local time = require("time")
local list = require("list")

type Filter = "all" | "open" | "done"
type Todo = {id: integer, title: string, completed: boolean, created_at: string, completed_at?: string}
type Row = {id: integer, title: string, completed: integer, created_at: string, completed_at?: string}
type Change = {title?: string, completed?: boolean}
type Totals = {total: integer, open: integer, done: integer}

local DATABASE: string = "app:db"

-- One statement, so that several workers may run it at the same moment.
local SCHEMA: string = [[
    CREATE TABLE IF NOT EXISTS todos (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL CHECK (title <> ''),
        completed INTEGER NOT NULL DEFAULT 0 CHECK (completed IN (0, 1)),
        created_at TEXT NOT NULL,
        completed_at TEXT
    )
]]
local COLUMNS: string = "id, title, completed, created_at, completed_at"
local WHERE: {[Filter]: string} = {all = "", open = "WHERE completed = 0", done = "WHERE completed = 1"}

-- A function's instance is kept from call to call, and this with it.
local schema_is_there: boolean = false

local function ensure_schema(db: any): error?
    if not schema_is_there then
        local _, err = db:execute(SCHEMA)
        if err then
            return errors.wrap(err, "cannot create the table of todos")
        end
        schema_is_there = true
    end
    return nil
end

-- Runs work with the database, and gives its handle back afterwards.
local function with_database<T>(work: (db: any) -> (T?, error?)): (T?, error?)
    local db, err = sql.get(DATABASE)
    if err then
        return nil, err
    end
    local broken = ensure_schema(db)
    if broken then
        db:release()
        return nil, broken
    end
    local result, failure = work(db)
    db:release()
    return result, failure
end

-- Runs work in a transaction, which ends well only if the work does.
local function with_transaction<T>(work: (tx: any) -> (T?, error?)): (T?, error?)
    return with_database(function(db: any): (T?, error?)
        local tx, err = db:begin()
        if err then
            return nil, err
        end
        local result, failure = work(tx)
        if failure then
            tx:rollback()
            return nil, failure
        end
        local _, uncommitted = tx:commit()
        if uncommitted then
            return nil, uncommitted
        end
        return result
    end)
end

local function now(): string
    return time.now():utc():format(time.RFC3339)
end

local function todo_of(row: Row): Todo
    return {
        id = row.id,
        title = row.title,
        completed = row.completed == 1,
        created_at = row.created_at,
        completed_at = row.completed_at
    }
end

local function missing(id: integer): error
    return errors.new({
        message = string.format("there is no todo %d", id),
        kind = errors.NOT_FOUND,
        retryable = false,
        details = {id = id}
    })
end

-- `source` is a database or a transaction.
local function find(source: any, id: integer): (Todo?, error?)
    local rows, err = source:query("SELECT " .. COLUMNS .. " FROM todos WHERE id = ?", {id})
    if err then
        return nil, err
    end
    if #rows == 0 then
        return nil, missing(id)
    end
    return todo_of(rows[1])
end

local function all(filter: Filter): ({Todo}?, error?)
    return with_database(function(db: any): ({Todo}?, error?)
        local rows, err = db:query("SELECT " .. COLUMNS .. " FROM todos " .. WHERE[filter] .. " ORDER BY id")
        if err then
            return nil, err
        end
        return list.map(rows, todo_of)
    end)
end

local function add(title: string): (Todo?, error?)
    return with_transaction(function(tx: any): (Todo?, error?)
        local added, err = tx:execute("INSERT INTO todos (title, created_at) VALUES (?, ?)", {title, now()})
        if err then
            return nil, err
        end
        return find(tx, added.last_insert_id)
    end)
end

-- Gives the todo as it was and as it is now.
local function change(id: integer, wanted: Change): ({before: Todo, after: Todo}?, error?)
    return with_transaction(function(tx: any): ({before: Todo, after: Todo}?, error?)
        local before, err = find(tx, id)
        if err then
            return nil, err
        end
        local completed = before.completed
        if wanted.completed ~= nil then
            completed = wanted.completed
        end
        local completed_at: string? = completed and (before.completed_at or now()) or nil
        local _, failure = tx:execute(
            "UPDATE todos SET title = ?, completed = ?, completed_at = ? WHERE id = ?",
            {wanted.title or before.title, completed and 1 or 0, completed_at or sql.NULL, id}
        )
        if failure then
            return nil, failure
        end
        local after, gone = find(tx, id)
        if gone then
            return nil, gone
        end
        return {before = before, after = after}
    end)
end

local function remove(id: integer): (boolean?, error?)
    return with_database(function(db: any): (boolean?, error?)
        local removed, err = db:execute("DELETE FROM todos WHERE id = ?", {id})
        if err then
            return nil, err
        end
        if removed.rows_affected == 0 then
            return nil, missing(id)
        end
        return true
    end)
end

-- Removes the completed ones and gives their ids.
local function remove_done(): ({integer}?, error?)
    return with_transaction(function(tx: any): ({integer}?, error?)
        local rows, err = tx:query("SELECT id FROM todos WHERE completed = 1")
        if err then
            return nil, err
        end
        local _, failure = tx:execute("DELETE FROM todos WHERE completed = 1")
        if failure then
            return nil, failure
        end
        return list.map(rows, function(row: {id: integer}): integer
            return row.id
        end)
    end)
end

local function totals(): (Totals?, error?)
    return with_database(function(db: any): (Totals?, error?)
        local rows, err = db:query("SELECT count(*) AS total, coalesce(sum(completed), 0) AS done FROM todos")
        if err then
            return nil, err
        end
        local total: integer, done: integer = rows[1].total, rows[1].done
        return {total = total, open = total - done, done = done}
    end)
end

return {
    Todo = Todo,
    Filter = Filter,
    all = all,
    add = add,
    change = change,
    remove = remove,
    remove_done = remove_done,
    totals = totals
}
