from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.config import Config, ConfigError, coerce

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'version: "1.0"\n'


def _load(root: Path, text: str, *sets: str) -> Config:
    (root / ".wippy.yaml").write_text(HEAD + text)
    return Config.load(root, (), sets)


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    config = Config.load(tmp_path)
    assert config.get("logger.encoding", "console") == "console"
    assert config.directory == tmp_path


def test_values_have_types(tmp_path: Path) -> None:
    config = _load(
        tmp_path,
        "shutdown: {timeout: 1m}\nregistry.enable_history: false\nmetrics: {buffer: {size: 3, rate: 2}}\n"
        "disable: {namespaces: [a, b], entries: x}\n",
    )
    assert config.duration("shutdown.timeout", 30) == 60
    assert config.flag("registry.enable_history", True) is False
    assert config.integer("metrics.buffer.size", 1) == 3
    assert config.number("metrics.buffer.rate", 1) == 2.0
    assert config.texts("disable.namespaces") == ["a", "b"]
    assert config.texts("disable.entries") == ["x"]
    assert config.texts("disable.meta") == []
    assert config.get("metrics") == {"buffer": {"size": 3, "rate": 2}}
    assert config.choice("registry.bad_files", "error", ("error", "warn")) == "error"


@pytest.mark.parametrize(
    ("read", "part"),
    [
        (lambda c: c.integer("a.text", 1), "'a.text' must be a whole number, not 'x'"),
        (lambda c: c.flag("a.number", True), "'a.number' must be true or false, not 5"),
        (lambda c: c.integer("a.flag", 1), "'a.flag' must be a whole number, not True"),
        (lambda c: c.duration("a.text", 1), "'a.text': 'x': not a duration"),
        (lambda c: c.choice("a.text", "y", ("y", "z")), "'a.text' is 'x'; it must be one of y, z"),
        (lambda c: c.texts("a.mixed"), "'a.mixed' must be a list of texts"),
    ],
)
def test_a_wrong_type_is_told_with_key_and_line(tmp_path: Path, read: Any, part: str) -> None:
    config = _load(tmp_path, "a: {text: x, number: 5, flag: true, mixed: [1]}\n")
    with pytest.raises(ConfigError) as raised:
        read(config)
    assert part in str(raised.value)
    assert ".wippy.yaml:2: " in str(raised.value)


def test_a_section_is_no_value(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gives it a section"):
        _load(tmp_path, "a: {b: 1}\n").integer("a", 1)


@pytest.mark.parametrize("text", ["version: 1.0\na: 1\n", 'version: "2.0"\n', "- 1\n", ""])
def test_another_version_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / ".wippy.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r'\.wippy\.yaml:1: .*version: "1.0"'):
        Config.load(tmp_path)


def test_the_version_may_be_left_out(tmp_path: Path) -> None:
    (tmp_path / ".wippy.yaml").write_text("a: {b: 1}\n")
    assert Config.load(tmp_path).get("a.b") == 1


def test_files_compose_left_to_right(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "one.yaml", tmp_path / "two.yaml"
    first.parent.mkdir()
    first.write_text(HEAD + "x: {a: 1, b: 2}\ny: 1\nz: {q: 1}\n")
    second.write_text(HEAD + "x: {b: 3, c: 4}\ny: {deep: 1}\nz: 5\n")
    config = Config.load(tmp_path, [first, second])
    assert config.get("x") == {"a": 1, "b": 3, "c": 4}
    assert config.get("y") == {"deep": 1}
    assert config.get("z") == 5
    assert config.directory == first.parent


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="check the path given with --config"):
        Config.load(tmp_path, [tmp_path / "nope.yaml"])


def test_set_wins(tmp_path: Path) -> None:
    config = _load(tmp_path, "a: {b: 1, c: {d: 1}}\n", "a.b=2", "a.c=none", "shutdown.timeout=5s", "x.y=true")
    assert config.get("a") == {"b": 2, "c": "none"}
    assert config.duration("shutdown.timeout", 30) == 5
    assert config.flag("x.y", False) is True


@pytest.mark.parametrize("text", ["a", "a=1", "=1", "."])
def test_a_bad_set_is_refused_with_the_form(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"section\.path=value"):
        Config.load(tmp_path, (), [text])


def test_the_environment_is_read_at_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSN", "db://x")
    config = _load(tmp_path, 'a: ${env:DSN}/y\nb: ["${env:DSN}"]\nc: ${env:NOT_SET_EVER|none}\n')
    assert config.get("a") == "db://x/y"
    assert config.get("b") == ["db://x"]
    assert config.get("c") == "none"


def test_a_missing_variable_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\.wippy\.yaml:3: the environment variable NOT_SET_EVER is not set"):
        _load(tmp_path, "a: 1\nb: ${env:NOT_SET_EVER}\n")


def test_vars_are_put_in(tmp_path: Path) -> None:
    config = _load(tmp_path, 'vars: {port: 8080}\na: ${port}\nb: ":${port}"\n', "vars.port=9090")
    assert config.get("a") == 9090
    assert config.get("b") == ":9090"
    with pytest.raises(ConfigError, match=r"\$\{nope\} is not defined"):
        _load(tmp_path, "a: ${nope}\n")


def test_override_keys_stay_whole(tmp_path: Path) -> None:
    config = _load(tmp_path, 'override:\n  app.v1:gw.x:addr: ":9"\n  app:w:meta.priority: high\n')
    assert config.section("override") == {"app.v1:gw.x:addr": ":9", "app:w:meta.priority": "high"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", "True"),
        ("12", 12),
        ("-1", -1),
        ("012", "012"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("5s", "5s"),
    ],
)
def test_command_line_values_take_their_shape(text: str, value: object) -> None:
    assert coerce(text) == value
    assert type(coerce(text)) is type(value)


# --- profiles ---------------------------------------------------------------------------------------------------------

PROFILES = """
vars: {port: 8085, name: base}
override: {"app:db:kind": db.sql.sqlite, "app:gw:addr": ":${port}"}
disable: {namespaces: ["legacy.**", old]}
profiles:
  pg:
    vars: {port: 18085}
    override: {"app:db:kind": db.sql.postgres, "app:db:host": "${env:DB_HOST}"}
    disable: {namespaces.add: ["experimental.**", old], namespaces.remove: ["legacy.**"], entries.add: ["app:x"]}
  loud: {logger: {encoding: json}, vars: {name: loud}}
"""


def _profiled(root: Path, *names: str, sets: tuple[str, ...] = ()) -> Config:
    (root / ".wippy.yaml").write_text(HEAD + PROFILES)
    return Config.load(root, (), sets, names)


def test_a_profile_lies_over_the_files_and_below_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _profiled(tmp_path).section("override") == {"app:db:kind": "db.sql.sqlite", "app:gw:addr": ":8085"}
    monkeypatch.setenv("DB_HOST", "db.example")
    config = _profiled(tmp_path, "pg", "loud", sets=("vars.name=set",))
    assert config.section("override") == {
        "app:db:kind": "db.sql.postgres",
        "app:db:host": "db.example",
        "app:gw:addr": ":18085",
    }
    assert config.texts("disable.namespaces") == ["old", "experimental.**"]
    assert config.texts("disable.entries") == ["app:x"]
    assert config.text("logger.encoding", "") == "json"
    assert config.text("vars.name", "") == "set"
    assert config.get("profiles") is None


def test_the_environment_of_a_profile_counts_only_when_it_is_selected(tmp_path: Path) -> None:
    assert _profiled(tmp_path, "loud").text("vars.name", "") == "loud"
    with pytest.raises(ConfigError, match="the environment variable DB_HOST is not set"):
        _profiled(tmp_path, "pg")


def test_profiles_of_several_files_are_one(tmp_path: Path) -> None:
    for name, body in (("a", "{x: {one: 1, two: 2}}"), ("b", "{x: {two: 3}}")):
        (tmp_path / f"{name}.yaml").write_text(f"{HEAD}profiles: {{p: {body}}}\n")
    config = Config.load(tmp_path, [tmp_path / "a.yaml", tmp_path / "b.yaml"], (), ["p"])
    assert config.get("x") == {"one": 1, "two": 3}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("profiles: {a: {x: 1}, b: {}}", "--profile nope: there is no such profile; the configuration has a, b"),
        ("x: 1", "--profile nope: there is no such profile; the configuration has none"),
        ("profiles: [a]", ".wippy.yaml:2: `profiles:` maps names to sections"),
        ("profiles: {nope: 5}", ".wippy.yaml:2: `profiles:` maps names to sections"),
        ("profiles:\n  nope: {vars: {a: '${env:HOME}'}}", ".wippy.yaml:3: variables of a profile cannot refer"),
    ],
)
def test_a_profile_that_cannot_be_is_told(tmp_path: Path, text: str, part: str) -> None:
    (tmp_path / ".wippy.yaml").write_text(f"{HEAD}{text}\n")
    with pytest.raises(ConfigError) as raised:
        Config.load(tmp_path, (), (), ["nope"])
    assert part in str(raised.value)
