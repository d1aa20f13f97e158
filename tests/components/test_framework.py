"""The modules that ship: wippy/bootloader and wippy/migration, in an application that uses both."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """
namespace: app
entries:
  - {name: processes, kind: process.host, lifecycle: {auto_start: true}}
  - {name: env, kind: env.storage.file, file_path: ./app.env, auto_create: true}
  - {name: db, kind: db.sql.sqlite, file: ./app.db, lifecycle: {auto_start: true}}
  - {name: terminal, kind: terminal.host, lifecycle: {auto_start: true}}
  - {name: dep.migration, kind: ns.dependency, component: wippy/migration, version: "*"}
  - name: dep.bootloader
    kind: ns.dependency
    component: wippy/bootloader
    version: "*"
    parameters: [{name: application_host, value: app:processes}, {name: env_storage, value: app:env}]
  - name: seed
    kind: function.lua
    meta: {type: bootloader, order: 50, requires: [wippy.migration:bootloader]}
    modules: [sql]
    source: |
      return function()
        local db = require("sql").get("app:db")
        local rows = db:query("SELECT COUNT(*) AS n FROM users")
        if rows[1].n > 0 then return {status = "skipped", message = "there are users"} end
        db:execute("INSERT INTO users (name, email) VALUES ('ann', 'a@b')")
        return {status = "success"}
      end
  - name: 01_users
    kind: function.lua
    meta: {type: migration, target_db: app:db, timestamp: "2025-01-15T10:00:00Z", tags: [core]}
    imports: {migration: wippy.migration:migration}
    source: file://users.lua
  - name: 02_emails
    kind: function.lua
    meta: {type: migration, target_db: app:db, timestamp: "2025-02-15T10:00:00Z"}
    imports: {migration: wippy.migration:migration}
    source: file://emails.lua
  - name: run
    kind: process.lua
    meta: {command: {name: go}}
    modules: [io, json, time, events]
    imports: {runner: wippy.migration:runner, migrations: wippy.migration:registry}
    source: |
      return function(method, options)
        local runner = require("runner").setup("app:db")
        local json = require("json")
        require("time").sleep("700ms") -- what runs at the start has ended then
        require("io").print(json.encode(runner[method](runner, options and json.decode(options))))
      end
"""
USERS = """
return require("migration").define(function()
    migration("Create users", function()
        database("sqlite", function()
            up(function(db) assert(db:execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)")) end)
            down(function(db) db:execute("DROP TABLE users") end)
        end)
    end)
end)
"""
EMAILS = """
return require("migration").define(function()
    migration("Add emails", function()
        database("sqlite", function()
            up(function(db)
                assert(db:execute("ALTER TABLE users ADD COLUMN email TEXT"))
                BREAK
            end)
            down(function(db)
                assert(db:execute("DROP INDEX by_email"))
                assert(db:execute("ALTER TABLE users DROP COLUMN email"))
            end)
            after(function(db) db:execute("CREATE INDEX by_email ON users (email)") end)
        end)
    end)
end)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "wippy.lock").write_text("directories: {src: ./src}\n")
    (tmp_path / "src" / "_index.yaml").write_text(INDEX)
    (tmp_path / "src" / "users.lua").write_text(USERS)
    (tmp_path / "src" / "emails.lua").write_text(EMAILS.replace("BREAK", ""))
    return tmp_path


def go(root: Path, method: str, options: Any = None) -> Any:
    words = [method, *([json.dumps(options)] if options is not None else [])]
    command = [sys.executable, "-m", "runtime.cli.main", "run", "go", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def tables(root: Path) -> set[str]:
    link = sqlite3.connect(root / "app.db")
    try:
        return {row[0] for row in link.execute("SELECT name FROM sqlite_master")}
    finally:
        link.close()


def test_a_start_applies_what_is_pending_in_order_and_only_once(project):
    status = go(project, "status")
    assert (status["applied_migrations"], status["pending_migrations"], status["db_type"]) == (2, 0, "sqlite")
    assert [each["id"] for each in status["migrations"]] == ["app:01_users", "app:02_emails"]
    assert {"users", "by_email", "_migrations"} <= tables(project)
    link = sqlite3.connect(project / "app.db")
    assert link.execute("SELECT name FROM users").fetchall() == [("ann",)]
    link.close()
    key = (project / "app.env").read_text()
    assert key.startswith("ENCRYPTION_KEY=")
    again = go(project, "run")
    assert (again["status"], again["migrations_applied"], again["migrations_skipped"]) == ("complete", 0, 2)
    assert (project / "app.env").read_text() == key


def test_migrations_are_taken_back_the_last_one_first(project):
    result = go(project, "rollback")
    assert [each["id"] for each in result["migrations"]] == ["app:02_emails"]
    assert "users" in tables(project)
    result = go(project, "rollback", {"count": 2})  # the start has applied the second one again
    assert [each["id"] for each in result["migrations"]] == ["app:02_emails", "app:01_users"]
    assert "users" not in tables(project)


def test_a_migration_that_fails_leaves_nothing_behind(project):
    (project / "src" / "emails.lua").write_text(EMAILS.replace("BREAK", "error('no')"))
    result = go(project, "run")
    assert (result["status"], result["migrations_failed"]) == ("error", 1)
    assert "no" in result["error"]
    assert go(project, "status")["pending_migrations"] == 1
    assert "by_email" not in tables(project)
