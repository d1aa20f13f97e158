"""Every permission that the documentation names: refused where it says, as it says, and only there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from lua_node import LuaNode, eventually

from runtime.binding import to_python
from runtime.node import load_modules
from runtime.process.context import CallContext
from runtime.registry.entry import EntryId
from runtime.security.conditions import Condition
from runtime.security.identity import Identity, PolicyScope
from runtime.security.policy import ConditionTest, Patterns, Policy

DENIED, INVALID = "PermissionDenied", "Invalid"
SYSTEM = {
    "memory": ("memory.stats()", "memory.allocated()", "memory.heap_objects()"),
    "memory_limit": ("memory.get_limit()",),
    "gc_percent": ("gc.get_percent()",),
    "goroutines": ("runtime.goroutines()",),
    "gomaxprocs": ("runtime.max_procs()",),
    "cpu": ("runtime.cpu_count()",),
    "pid": ("process.pid()",),
    "hostname": ("process.hostname()",),
    "cwd": ("process.cwd()",),
    "modules": ("modules()",),
    "hosts": ("hosts.list()", "hosts.processes('app:host')"),
    "supervisor": ("supervisor.states()", "supervisor.state('app:host')"),
    "node": ("node.id()", "node.role()", "node.addr()"),
    "cluster": ("cluster.members()", "cluster.leader()", "cluster.size()"),
    "raft": ("raft.term()", "raft.is_leader()", "raft.is_member()", "raft.role()", "raft.commit_index()"),
    "raft_stats": ("raft.stats()",),
}
# What fails though it is permitted: a node that runs alone has no cluster, and nobody listens at the addresses.
MAY_FAIL = ("node.addr()", "raft.", "system').lock", "app:nothing", "http_client", "websocket", "archive')", "none")


@dataclass(frozen=True)
class Case:
    """A use of a permission: an expression of Lua, and the kind of the refusal; `raised` tells that it is an error."""

    action: str
    resource: str
    use: str
    kind: str = DENIED
    raised: bool = False

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}: {self.use}"


STORE = "require('store').get('app:kept')"
TOKENS = "require('security').token_store('app:tokens')"
ACTOR, SCOPE = "require('security').actor()", "require('security').scope()"
PERSON = "require('security').new_actor('me'), require('security').new_scope()"
MORE = "(require('security').policy('app:policy'))"
GREETER = "require('contract').get('app:greeter')"
POLITE = "require('contract').open('app:polite')"
SPAWNED = "'app:sleeper', 'app:host'"
OTHER = "(process.registry.lookup('other'))"
EVAL = "require('eval_runner')"
GRANTING = "{a = {id = 'app:lib', modules = {'sql'}}}"
HTTP = "require('http_client')"
URL, TLS = "http://127.0.0.1:9/", "https://127.0.0.1:9/"
TIES = ("monitor", "unmonitor", "link", "unlink")

CASES = [
    Case("fs.get", "app:files", "require('fs').get('app:files')"),
    Case("archive.read", "", "require('archive').open('PK')"),
    Case("archive.read", "", "require('archive').scan(require('fs').get('app:files'):open('a.tar', 'r'))"),
    Case("archive.write", "", "require('archive').create(require('fs').get('app:files'), 'b.tar')"),
    Case("template.get", "app:views", "require('templates').get('app:views')"),
    Case("cloudstorage.get", "app:bucket", "require('cloudstorage').get('app:bucket')"),
    Case("db.get", "app:db", "require('sql').get('app:db')"),
    Case("env.get", "PLACE", "require('env').get('PLACE')"),
    Case("env.set", "PLACE", "require('env').set('PLACE', 'x')"),
    Case("exec.get", "app:shell", "require('exec').get('app:shell')", INVALID),
    Case("exec.run", "echo hello", "require('exec').get('app:shell'):exec('echo hello')", INVALID),
    Case("events.subscribe", "news", "require('events').subscribe('news')", INVALID),
    Case("events.send", "news", "require('events').send('news', 'kind', '/path')", INVALID),
    Case("queue.publish", "", "require('queue').publish('app:jobs', {1})", INVALID),
    Case("queue.publish.queue", "app:jobs", "require('queue').publish('app:jobs', {1})", INVALID),
    Case("funcs.call", "app:nothing", "require('funcs').call('app:nothing')"),
    Case("funcs.call", "app:nothing", "require('funcs').async('app:nothing')"),
    Case("funcs.call", "app:nothing", "require('funcs').new():call('app:nothing')"),
    Case("funcs.call", "app:nothing", "require('funcs').new():async('app:nothing')"),
    Case("funcs.context", "context", "require('funcs').new():with_context({})"),
    Case("funcs.security", "security", "require('funcs').new():with_actor(require('security').actor())"),
    Case("funcs.security", "security", "require('funcs').new():with_scope(require('security').scope())"),
    Case("contract.get", "app:greeter", GREETER),
    Case("contract.open", "app:polite", POLITE),
    Case("contract.open", "app:polite", f"{GREETER}:open()"),
    Case("contract.implementations", "app:greeter", "require('contract').find_implementations('app:greeter')"),
    Case("contract.implementations", "app:greeter", f"{GREETER}:implementations()"),
    Case("contract.call", "greet", f"{POLITE}:greet()"),
    Case("contract.call", "greet", f"{POLITE}:greet_async()"),
    Case("contract.context", "context", f"{GREETER}:with_context({{}})"),
    Case("contract.security", "security", f"{GREETER}:with_actor(require('security').actor())"),
    Case("contract.security", "security", f"{GREETER}:with_scope(require('security').scope())"),
    Case("store.get", "app:kept", STORE),
    Case("store.info", "app:kept", f"{STORE}:info()"),
    Case("store.key.get", "app:kept", f"{STORE}:get('k')"),
    Case("store.key.get", "app:kept", f"{STORE}:entry('k')"),
    Case("store.key.set", "app:kept", f"{STORE}:set('k', 1)"),
    Case("store.key.set", "app:kept", f"{STORE}:put('k', 1)"),
    Case("store.key.has", "app:kept", f"{STORE}:has('k')"),
    Case("store.key.delete", "app:kept", f"{STORE}:delete('none')"),
    Case("store.key.list", "app:kept", f"{STORE}:list({{prefix = 'k'}})"),
    Case("registry.get", "app:kept", "require('registry').get('app:kept')"),
    Case("registry.get", "app:kept", "require('registry').snapshot():get('app:kept')"),
    Case("registry.apply", "", "require('registry').snapshot():changes():delete('app:spare'):apply()"),
    Case("registry.apply_version", "", "require('registry').apply_version(require('registry').current_version())"),
    Case("security.policy.get", "app:policy", "require('security').policy('app:policy')", INVALID),
    Case("security.policy_group.get", "app:staff", "require('security').named_scope('app:staff')", INVALID),
    Case("security.actor.create", "me", "require('security').new_actor('me')", INVALID, raised=True),
    Case("security.scope.create", "custom", "require('security').new_scope()", INVALID, raised=True),
    Case("security.scope.create", "with", f"{SCOPE}:with({MORE})", INVALID, raised=True),
    Case("security.scope.create", "without", f"{SCOPE}:without('app:policy')", INVALID, raised=True),
    Case("security.token_store.get", "app:tokens", TOKENS, INVALID, raised=True),
    Case("security.token.create", "app:tokens", f"{TOKENS}:create({PERSON})", INVALID),
    Case("security.token.validate", "app:tokens", f"{TOKENS}:validate({TOKENS}:create({PERSON}))", INVALID),
    Case("security.token.revoke", "app:tokens", f"{TOKENS}:revoke({TOKENS}:create({PERSON}))", INVALID),
    *[
        Case("system.read", resource, f"require('system').{use}", INVALID)
        for resource, uses in SYSTEM.items()
        for use in uses
    ],
    Case("system.control", "memory_limit", "require('system').memory.set_limit(-1)", INVALID),
    Case("system.control", "gomaxprocs", "require('system').runtime.max_procs(1)", INVALID),
    Case("system.gc", "gc", "require('system').gc.collect()", INVALID),
    Case("system.gc", "gc_percent", "require('system').gc.set_percent(100)", INVALID),
    Case("system.exit", "", "require('system').exit(0)", INVALID),
    Case("system.lock", "name", "require('system').lock.acquire('name')", INVALID),
    Case("system.lock", "name", "require('system').lock.release('name')", INVALID),
    Case("eval.compile", "", f"{EVAL}.compile('return 1')"),
    Case("eval.run", "", f"{EVAL}.run({{source = 'return 1'}})"),
    *[
        Case(action, resource, use)
        for action, resource, options in (
            ("eval.module", "json", "modules = {'json'}"),
            ("eval.class", "storage", "allow_classes = {'storage'}"),
        )
        for use in (f"{EVAL}.run({{source = 'return 1', {options}}})", f"{EVAL}.compile('return 1', '', {{{options}}})")
    ],
    Case("eval.import", "app:lib", f"{EVAL}.run({{source = 'return 1', imports = {{lib = 'app:lib'}}}})"),
    Case("eval.module", "sql", f"{EVAL}.run({{source = ' ', imports = {GRANTING}}})"),
    Case("http_client.request", URL, f"{HTTP}.get('{URL}')"),
    Case("http_client.request", URL, f"{HTTP}.request_batch({{{{'GET', '{URL}'}}}})"),
    Case("http_client.private_ip", "127.0.0.1", f"{HTTP}.get('{URL}')"),
    Case("http_client.unix_socket", "/none", f"{HTTP}.get('http://x/', {{unix_socket = '/none'}})"),
    Case("http_client.insecure_tls", TLS, f"{HTTP}.get('{TLS}', {{tls = {{insecure_skip_verify = true}}}})"),
    Case("websocket.connect", "", "require('websocket').connect('ws://127.0.0.1:9/')"),
    Case("websocket.connect.url", "ws://127.0.0.1:9/", "require('websocket').connect('ws://127.0.0.1:9/')"),
    *[Case("process.spawn", "app:sleeper", f"process.{name}({SPAWNED})") for name in (
        "spawn", "spawn_monitored", "spawn_linked", "spawn_linked_monitored")],
    *[Case("process.spawn.monitored", "app:sleeper", f"process.{name}({SPAWNED})") for name in (
        "spawn_monitored", "spawn_linked_monitored")],
    *[Case("process.spawn.linked", "app:sleeper", f"process.{name}({SPAWNED})") for name in (
        "spawn_linked", "spawn_linked_monitored")],
    *[Case("process.host", "app:host", f"process.{name}({SPAWNED})") for name in ("spawn", "exec")],
    Case("process.spawn", "app:sleeper", f"process.with_context({{}}):spawn({SPAWNED})", raised=True),
    Case("process.exec", "app:sleeper", f"process.exec({SPAWNED})"),
    Case("process.context", "context", "process.with_context({})", raised=True),
    Case("process.context", "context", "process.with_options({}):with_context({})", raised=True),
    Case("process.security", "security", f"process.with_options({{}}):with_actor({ACTOR})", raised=True),
    Case("process.security", "security", f"process.with_options({{}}):with_scope({SCOPE})", raised=True),
    Case("process.send", "other", f"process.send({OTHER}, 'topic', 1)"),
    Case("process.send", "other", "process.send('other', 'topic', 1)"),
    Case("process.cancel", "other", f"process.cancel({OTHER})"),
    Case("process.terminate", "other", f"process.terminate({OTHER})"),
    *[Case(f"process.{name}", "other", f"process.{name}({OTHER})") for name in TIES],
    Case("process.registry.register", "name", "process.registry.register('name')"),
    Case("process.registry.foreign", "other", f"process.registry.register('name', {OTHER})"),
    Case("process.registry.unregister", "name", "process.registry.unregister('name')"),
]  # fmt: skip

PROBE = """
    local function tell(ok, ...)
        for i = 1, select("#", ...) do
            local value = select(i, ...)
            if type(value) == "userdata" and errors.is(value, value.kind and value:kind()) then
                return {ok and "returned" or "raised", value:kind(), tostring(value)}
            end
        end
        if not ok then return {"raised", "", tostring((...))} end
        return {"done", "", ""}
    end
    return tell(pcall(function() return %s end))
"""
MODULES = [
    *(
        "archive",
        "cloudstorage",
        "contract",
        "env",
        "eval_runner",
        "events",
        "exec",
        "fs",
        "funcs",
        "http_client",
        "queue",
        "registry",
    ),
    *("security", "sql", "store", "system", "templates", "websocket"),
]


def policy(effect: str, action: str, resource: str) -> Policy:
    filters = Patterns(action), Patterns(resource)
    return Policy(EntryId("app", effect), filters, effect, ConditionTest(()))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory):
    """Make a node with one of everything that permissions are about."""
    directory = tmp_path_factory.mktemp("node")
    lua = LuaNode(directory)
    (directory / "files").mkdir()
    (directory / "files" / "a.tar").write_bytes(b"")
    lua.add("files", "fs.directory", directory="files")
    lua.add("views", "template.set")
    lua.add("db", "db.sql.sqlite", file=":memory:")
    lua.add("aws", "config.aws", region="us-east-1")
    lua.add("bucket", "cloudstorage.s3", bucket="b", config="aws")
    lua.add("vars", "env.storage.memory")
    lua.add("place", "env.variable", variable="PLACE", storage="vars", default="here")
    lua.add("shell", "exec.native", command_whitelist=["echo hello"])
    lua.add("driver", "queue.driver.memory")
    lua.add("jobs", "queue.queue", driver="driver")
    lua.add("kept", "store.memory")
    lua.node.resources.get(EntryId("app", "kept")).write("k", "value", 0.0)
    lua.add("tokens", "security.token_store", store="kept", token_key="key")
    lua.add("policy", "security.policy", policy={"actions": "*", "resources": "*", "effect": "allow"}, groups=["staff"])
    lua.add("greeter", "contract.definition", methods=[{"name": "greet"}])
    lua.function("greets", "return 'hello'")
    bound = {"contract": "greeter", "methods": {"greet": "greets"}, "default": True}
    lua.add("polite", "contract.binding", contracts=[bound])
    lua.add("lib", "library.lua", source="return {}")
    lua.process("sleeper", "return process.id()")
    lua.process("waiter", "process.registry.register('other') process.events() process.inbox():receive()")
    yield lua
    lua.close()


def outcome(lua: LuaNode, case: Case, *policies: Policy) -> list[str]:
    """Tell how a use ends when it is done with a scope."""
    name = lua.function("probe", PROBE % case.use, modules=MODULES)
    try:
        context = CallContext(actor=Identity("somebody", {}), scope=PolicyScope(policies))
        found: list[str] = to_python(lua.node.functions.call(name, (), context, timeout=20.0))
    finally:
        lua.delete("probe")
    return found


def prepare(lua: LuaNode, case: Case) -> str:
    """Make what a case changes or ends, and give the resource that is asked about."""
    if "app:spare" in case.use and not lua.node.registry.find({".id": "app:spare"}):
        lua.add("spare", "registry.entry", text="needed by nobody")
    if "'other'" not in case.use:
        return case.resource
    if lua.node.processes.names.lookup("other") is None:
        lua.spawn("waiter")
    eventually(lambda: lua.node.processes.names.lookup("other") is not None)
    return str(lua.node.processes.names.lookup("other")) if case.resource == "other" else case.resource


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_permission_is_asked_for(furnished: LuaNode, case: Case) -> None:
    resource = prepare(furnished, case)
    way, kind, text = outcome(furnished, case, policy("allow", "*", "*"), policy("deny", case.action, resource))
    assert (way, kind) == ("raised" if case.raised else "returned", case.kind)
    assert "not allowed" in text

    prepare(furnished, case)
    way, kind, text = outcome(furnished, case, policy("allow", "*", "*"), policy("deny", case.action, "elsewhere"))
    assert "not allowed" not in text
    assert way == "done" or any(part in case.use for part in MAY_FAIL), text


def test_variables_that_may_not_be_read_are_left_out(furnished: LuaNode) -> None:
    furnished.add("secret", "env.variable", variable="SECRET", storage="vars", default="x")
    furnished.function("all", "return require('env').get_all()", modules=["env"])
    scope = PolicyScope([policy("allow", "*", "*"), policy("deny", "env.get", "SECRET")])
    context = CallContext(actor=Identity("somebody", {}), scope=scope)
    assert to_python(furnished.node.functions.call("app:all", (), context)).keys() == {"PLACE"}


def test_policies_see_the_attributes_of_what_is_asked(furnished: LuaNode) -> None:
    def asked(use: str, action: str, condition: Condition) -> str:
        test = ConditionTest((condition,))
        denial = Policy(EntryId("app", "deny"), (Patterns(action), Patterns("*")), "deny", test)
        return outcome(furnished, Case(action, "", use), policy("allow", "*", "*"), denial)[0]

    key = Condition("meta.key", "eq", "secret")
    assert asked(f"{STORE}:set('secret', 1)", "store.key.*", key) == "returned"
    assert asked(f"{STORE}:set('other', 1)", "store.key.*", key) == "done"
    assert asked(f"{STORE}:list({{prefix = 'p'}})", "store.key.list", Condition("meta.prefix", "eq", "p")) == "returned"
    mine = Condition("meta.pid", "contains", "app:probe")
    assert asked(f"process.spawn({SPAWNED})", "process.spawn", mine) == "returned"
    entry = Condition("meta.entry_id", "eq", "app:probe")
    assert asked(f"{EVAL}.run({{source = 'return 1', modules = {{'json'}}}})", "eval.module", entry) == "returned"
    alias = Condition("meta.alias", "eq", "lib")
    use = f"{EVAL}.run({{source = 'return 1', imports = {{%s = 'app:lib'}}}})"
    assert [asked(use % name, "eval.import", alias) for name in ("lib", "other")] == ["returned", "done"]


def test_every_permission_is_declared_and_tried() -> None:
    declared = {action for module in load_modules().values() for action in module.permissions}
    assert declared == {case.action for case in CASES}


def test_every_permission_that_the_sources_ask_for_is_declared() -> None:
    declared = {action for module in load_modules().values() for action in module.permissions}
    root = Path(__file__).parents[2]
    asking = re.compile(r'(?:permit|demand|permit_to_processes|_ask|is_allowed|allow)\(\s*f?"([a-z_]+\.[a-z_.{}]+)"')
    sources = [*(root / "stdlib").rglob("*.py"), *(root / "runtime").rglob("*.py")]
    asked = {action for source in sources for action in asking.findall(source.read_text())}
    assert len(asked) > 50
    for action in asked:
        pattern = re.compile(re.sub(r"{[a-z]+}", "[a-z_]+", action.replace(".", r"\.")))
        assert any(pattern.fullmatch(name) for name in declared), action
