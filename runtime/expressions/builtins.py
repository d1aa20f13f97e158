"""The functions of expressions: those of expr-lang on numbers, strings, arrays and maps; none on dates."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from runtime.expressions.frame import ExpressionError, Meter, Predicate, demand_shallow, integer, kind_of
from runtime.expressions.operators import BINARY, equal, is_number
from runtime.lua.jsontext import exceeds_depth

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Builtin:
    """A function: how it computes, how many arguments it takes, and at which place a closure (counted from 0)."""

    compute: Callable[..., Any]
    least: int
    most: int
    predicate: int | None = None

    def check_count(self, name: str, given: int) -> None:
        """Refuse a wrong number of arguments."""
        if not self.least <= given <= self.most:
            wanted = f"{self.least}" if self.least == self.most else f"at least {self.least}"
            wanted = wanted if self.most >= _MANY or self.least == self.most else f"{self.least} to {self.most}"
            raise ExpressionError(f"{name} takes {wanted} arguments, not {given}")


_MANY = 1000
BUILTINS: dict[str, Builtin] = {}


def _builtin(name: str, least: int, most: int | None = None, predicate: int | None = None) -> Callable[[F], F]:
    def declare(compute: F) -> F:
        BUILTINS[name] = Builtin(compute, least, least if most is None else most, predicate)
        return compute

    return declare


def _array(value: Any, name: str) -> list[Any]:
    if isinstance(value, list):
        return value
    if value == {}:  # an empty Lua table
        return []
    raise ExpressionError(f"{name} needs an array, not {kind_of(value)}")


def _string(value: Any, name: str) -> str:
    if isinstance(value, str):
        return value
    raise ExpressionError(f"{name} needs a string, not {kind_of(value)}")


def _number(value: Any, name: str) -> Any:
    if is_number(value):
        return value
    raise ExpressionError(f"{name} needs a number, not {kind_of(value)}")


def _whole(value: Any, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ExpressionError(f"{name} needs an integer, not {kind_of(value)}")


# --- closures over arrays -------------------------------------------------------------------------


@_builtin("all", 2, predicate=1)
def _all(_: Meter, items: Any, test: Predicate) -> bool:
    return all(test.holds(item, index) for index, item in enumerate(_array(items, "all")))


@_builtin("any", 2, predicate=1)
def _any(_: Meter, items: Any, test: Predicate) -> bool:
    return any(test.holds(item, index) for index, item in enumerate(_array(items, "any")))


@_builtin("none", 2, predicate=1)
def _none(_: Meter, items: Any, test: Predicate) -> bool:
    return not any(test.holds(item, index) for index, item in enumerate(_array(items, "none")))


@_builtin("one", 2, predicate=1)
def _one(meter: Meter, items: Any, test: Predicate) -> bool:
    return _count(meter, items, test) == 1


@_builtin("count", 1, 2, predicate=1)
def _count(_: Meter, items: Any, test: Predicate | None = None) -> int:
    array = _array(items, "count")
    if test is None:
        return sum(1 for item in array if item is True)
    return sum(1 for index, item in enumerate(array) if test.holds(item, index))


@_builtin("filter", 2, predicate=1)
def _filter(meter: Meter, items: Any, test: Predicate) -> list[Any]:
    array = _array(items, "filter")
    meter.allocate(len(array))
    return [item for index, item in enumerate(array) if test.holds(item, index)]


@_builtin("map", 2, predicate=1)
def _map(meter: Meter, items: Any, make: Predicate) -> list[Any]:
    array = _array(items, "map")
    meter.allocate(len(array))
    return [make(item, index) for index, item in enumerate(array)]


def _places(items: Any, name: str, test: Predicate, *, backwards: bool) -> tuple[int, Any] | None:
    array = _array(items, name)
    places = range(len(array) - 1, -1, -1) if backwards else range(len(array))
    return next(((index, array[index]) for index in places if test.holds(array[index], index)), None)


@_builtin("find", 2, predicate=1)
def _find(_: Meter, items: Any, test: Predicate) -> Any:
    found = _places(items, "find", test, backwards=False)
    return found[1] if found is not None else None


@_builtin("findLast", 2, predicate=1)
def _find_last(_: Meter, items: Any, test: Predicate) -> Any:
    found = _places(items, "findLast", test, backwards=True)
    return found[1] if found is not None else None


@_builtin("findIndex", 2, predicate=1)
def _find_index(_: Meter, items: Any, test: Predicate) -> int | None:
    found = _places(items, "findIndex", test, backwards=False)
    return found[0] if found is not None else None


@_builtin("findLastIndex", 2, predicate=1)
def _find_last_index(_: Meter, items: Any, test: Predicate) -> int | None:
    found = _places(items, "findLastIndex", test, backwards=True)
    return found[0] if found is not None else None


@_builtin("groupBy", 2, predicate=1)
def _group_by(meter: Meter, items: Any, key: Predicate) -> dict[str, list[Any]]:
    array = _array(items, "groupBy")
    meter.allocate(2 * len(array))
    groups: dict[str, list[Any]] = {}
    for index, item in enumerate(array):
        groups.setdefault(_text(key(item, index), meter), []).append(item)
    return groups


@_builtin("countBy", 2, predicate=1)
def _count_by(meter: Meter, items: Any, key: Predicate) -> dict[str, int]:
    return {name: len(group) for name, group in _group_by(meter, items, key).items()}


@_builtin("sortBy", 2, 3, predicate=1)
def _sort_by(meter: Meter, items: Any, key: Predicate, order: Any = "asc") -> list[Any]:
    array = _array(items, "sortBy")
    return _sorted(meter, [(key(item, index), item) for index, item in enumerate(array)], order)


@_builtin("sort", 1, 2)
def _sort(meter: Meter, items: Any, order: Any = "asc") -> list[Any]:
    return _sorted(meter, [(item, item) for item in _array(items, "sort")], order)


def _sorted(meter: Meter, keyed: list[tuple[Any, Any]], order: Any) -> list[Any]:
    if order not in ("asc", "desc"):
        raise ExpressionError('the order is "asc" or "desc"')
    meter.allocate(2 * len(keyed))
    meter.spend(20 * len(keyed))
    if not (all(is_number(key) for key, _ in keyed) or all(isinstance(key, str) for key, _ in keyed)):
        raise ExpressionError("only numbers or only strings can be sorted")
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0], reverse=order == "desc")]


@_builtin("reduce", 2, 3, predicate=1)
def _reduce(_: Meter, items: Any, combine: Predicate, *initial: Any) -> Any:
    array = _array(items, "reduce")
    if not initial and not array:
        raise ExpressionError("reduce needs an initial value for an empty array")
    acc, start = (initial[0], 0) if initial else (array[0], 1)
    for index in range(start, len(array)):
        acc = combine(array[index], index, acc)
    return acc


@_builtin("sum", 1, 2, predicate=1)
def _sum(meter: Meter, items: Any, value: Predicate | None = None) -> Any:
    total: Any = 0
    for index, item in enumerate(_array(items, "sum")):
        meter.spend(1)
        total = BINARY["+"](total, _number(value(item, index) if value else item, "sum"), meter)
    return total


# --- arrays and maps ------------------------------------------------------------------------------


@_builtin("len", 1)
def _len(_: Meter, value: Any) -> int:
    if isinstance(value, (str, list, dict)):
        return len(value)
    raise ExpressionError(f"len needs a string, an array or a map, not {kind_of(value)}")


@_builtin("first", 1)
def _first(_: Meter, items: Any) -> Any:
    array = _array(items, "first")
    return array[0] if array else None


@_builtin("last", 1)
def _last(_: Meter, items: Any) -> Any:
    array = _array(items, "last")
    return array[-1] if array else None


@_builtin("take", 2)
def _take(meter: Meter, items: Any, count: Any) -> list[Any]:
    array, wanted = _array(items, "take"), _whole(count, "take")
    if wanted < 0:
        raise ExpressionError("take needs a number that is not negative")
    meter.allocate(min(wanted, len(array)))
    return array[:wanted]


@_builtin("reverse", 1)
def _reverse(meter: Meter, items: Any) -> list[Any]:
    array = _array(items, "reverse")
    meter.allocate(len(array))
    return array[::-1]


@_builtin("concat", 1, _MANY)
def _concat(meter: Meter, *parts: Any) -> list[Any]:
    arrays = [_array(part, "concat") for part in parts]
    meter.allocate(sum(map(len, arrays)))
    return [item for array in arrays for item in array]


@_builtin("flatten", 1)
def _flatten(meter: Meter, items: Any) -> list[Any]:
    flat: list[Any] = []
    waiting = [iter(_array(items, "flatten"))]
    while waiting:
        for item in waiting[-1]:
            if isinstance(item, list):
                waiting.append(iter(item))
                break
            meter.allocate(1)
            flat.append(item)
        else:
            waiting.pop()
    return flat


@_builtin("uniq", 1)
def _uniq(meter: Meter, items: Any) -> list[Any]:
    kept: list[Any] = []
    seen: set[tuple[str, Any]] = set()
    for item in _array(items, "uniq"):
        meter.allocate(1)
        if isinstance(item, (list, dict)):
            meter.spend(len(kept))
            if not any(equal(item, other, meter) for other in kept):
                kept.append(item)
            continue
        mark = ("bool" if isinstance(item, bool) else "", item)
        if mark not in seen:
            seen.add(mark)
            kept.append(item)
    return kept


@_builtin("keys", 1)
def _keys(meter: Meter, value: Any) -> list[Any]:
    meter.allocate(len(_mapping(value, "keys")))
    return list(_mapping(value, "keys"))


@_builtin("values", 1)
def _values(meter: Meter, value: Any) -> list[Any]:
    meter.allocate(len(_mapping(value, "values")))
    return list(_mapping(value, "values").values())


@_builtin("toPairs", 1)
def _to_pairs(meter: Meter, value: Any) -> list[Any]:
    meter.allocate(3 * len(_mapping(value, "toPairs")))
    return [[key, item] for key, item in _mapping(value, "toPairs").items()]


@_builtin("fromPairs", 1)
def _from_pairs(meter: Meter, value: Any) -> dict[str, Any]:
    pairs = _array(value, "fromPairs")
    meter.allocate(len(pairs))
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise ExpressionError("fromPairs needs an array of pairs")
    return {_text(key, meter): item for key, item in pairs}


def _mapping(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ExpressionError(f"{name} needs a map, not {kind_of(value)}")


@_builtin("get", 2)
def _get(_: Meter, value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return value.get(key) if isinstance(key, str) else None
    if isinstance(value, (list, str)) and isinstance(key, int) and not isinstance(key, bool):
        return value[key] if -len(value) <= key < len(value) else None
    return None


# --- numbers --------------------------------------------------------------------------------------


def _numbers(parts: tuple[Any, ...], name: str) -> list[Any]:
    """Give numbers that come one by one or in arrays."""
    found: list[Any] = []
    for part in parts:
        found.extend(part if isinstance(part, list) else [part])
    if not found:
        raise ExpressionError(f"{name} needs at least one number")
    return [_number(each, name) for each in found]


@_builtin("max", 1, _MANY)
def _max(_: Meter, *parts: Any) -> Any:
    return max(_numbers(parts, "max"))


@_builtin("min", 1, _MANY)
def _min(_: Meter, *parts: Any) -> Any:
    return min(_numbers(parts, "min"))


@_builtin("mean", 1, _MANY)
def _mean(_: Meter, *parts: Any) -> float:
    found = _numbers(parts, "mean")
    return math.fsum(found) / len(found)


@_builtin("median", 1, _MANY)
def _median(_: Meter, *parts: Any) -> float:
    found = sorted(_numbers(parts, "median"))
    middle = len(found) // 2
    return float(found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2)


@_builtin("abs", 1)
def _abs(_: Meter, value: Any) -> Any:
    made = abs(_number(value, "abs"))
    return integer(made) if isinstance(made, int) else made


def _rounding(name: str, compute: Callable[[float], float]) -> None:
    def rounded(_: Meter, value: Any) -> float:
        number = float(_number(value, name))
        return float(compute(number)) if math.isfinite(number) else number

    _builtin(name, 1)(rounded)


_rounding("ceil", math.ceil)
_rounding("floor", math.floor)
_rounding("round", lambda number: math.copysign(math.floor(abs(number) + 0.5), number))


@_builtin("int", 1)
def _int(_: Meter, value: Any) -> int:
    try:
        number = int(value, 10) if isinstance(value, str) else int(_number(value, "int"))
    except (ValueError, OverflowError):
        raise ExpressionError(f"'{value}' is no integer") from None
    return integer(number)


@_builtin("float", 1)
def _float(_: Meter, value: Any) -> float:
    try:
        return float(value if isinstance(value, str) else _number(value, "float"))
    except ValueError:
        raise ExpressionError(f"'{value}' is no number") from None


def _bitwise(name: str, compute: Callable[[int, int], int]) -> None:
    def combined(_: Meter, left: Any, right: Any) -> int:
        return integer(compute(_whole(left, name), _whole(right, name)))

    _builtin(name, 2)(combined)


def _shift(right: int) -> int:
    if right < 0:
        raise ExpressionError("a shift must not be negative")
    return min(right, 64)


_bitwise("bitand", lambda left, right: left & right)
_bitwise("bitor", lambda left, right: left | right)
_bitwise("bitxor", lambda left, right: left ^ right)
_bitwise("bitnand", lambda left, right: left & ~right)
_bitwise("bitshl", lambda left, right: left << _shift(right))
_bitwise("bitshr", lambda left, right: left >> _shift(right))
_bitwise("bitushr", lambda left, right: (left & 0xFFFFFFFFFFFFFFFF) >> _shift(right))


@_builtin("bitnot", 1)
def _bitnot(_: Meter, value: Any) -> int:
    return ~_whole(value, "bitnot")


# --- strings --------------------------------------------------------------------------------------


def _text(value: Any, meter: Meter) -> str:
    demand_shallow(value, meter)
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "nil" if value is None else json.dumps(value, ensure_ascii=False)


@_builtin("string", 1)
def _to_string(meter: Meter, value: Any) -> str:
    made = _text(value, meter)
    meter.text(len(made))
    return made


@_builtin("type", 1)
def _type(_: Meter, value: Any) -> str:
    return kind_of(value)


def _changing(name: str, change: Callable[[str], str]) -> None:
    def changed(meter: Meter, value: Any) -> str:
        text = _string(value, name)
        meter.text(len(text))
        return change(text)

    _builtin(name, 1)(changed)


_changing("upper", str.upper)
_changing("lower", str.lower)


@_builtin("trim", 1, 2)
def _trim(meter: Meter, value: Any, characters: Any = None) -> str:
    text = _string(value, "trim")
    meter.text(len(text))
    return text.strip(None if characters is None else _string(characters, "trim"))


@_builtin("trimPrefix", 1, 2)
def _trim_prefix(meter: Meter, value: Any, prefix: Any = " ") -> str:
    text = _string(value, "trimPrefix")
    meter.text(len(text))
    return text.removeprefix(_string(prefix, "trimPrefix"))


@_builtin("trimSuffix", 1, 2)
def _trim_suffix(meter: Meter, value: Any, suffix: Any = " ") -> str:
    text = _string(value, "trimSuffix")
    meter.text(len(text))
    return text.removesuffix(_string(suffix, "trimSuffix"))


def _parts(meter: Meter, value: Any, separator: Any, limit: Any, name: str) -> list[str]:
    text, between = _string(value, name), _string(separator, name)
    meter.allocate(len(text) + 1)
    most = _whole(limit, name) - 1
    if not between:
        letters = list(text)
        return letters if most < 0 or most >= len(letters) else [*letters[:most], "".join(letters[most:])]
    return text.split(between, most if most >= 0 else -1)


@_builtin("split", 2, 3)
def _split(meter: Meter, value: Any, separator: Any, limit: Any = -1) -> list[str]:
    return _parts(meter, value, separator, limit, "split")


@_builtin("splitAfter", 2, 3)
def _split_after(meter: Meter, value: Any, separator: Any, limit: Any = -1) -> list[str]:
    *parts, last = _parts(meter, value, separator, limit, "splitAfter") or [""]
    return [*(part + separator for part in parts), last]


@_builtin("replace", 3, 4)
def _replace(meter: Meter, value: Any, old: Any, new: Any, count: Any = -1) -> str:
    text, before, after = (_string(part, "replace") for part in (value, old, new))
    times = text.count(before) if _whole(count, "replace") < 0 else min(count, text.count(before))
    meter.text(len(text) + times * len(after))
    return text.replace(before, after, times)


@_builtin("repeat", 2)
def _repeat(meter: Meter, value: Any, times: Any) -> str:
    text, count = _string(value, "repeat"), _whole(times, "repeat")
    if count < 0:
        raise ExpressionError("repeat needs a number that is not negative")
    meter.text(len(text) * count)
    return text * count


@_builtin("join", 1, 2)
def _join(meter: Meter, items: Any, separator: Any = "") -> str:
    texts, between = [_string(item, "join") for item in _array(items, "join")], _string(separator, "join")
    meter.text(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


@_builtin("indexOf", 2)
def _index_of(_: Meter, value: Any, part: Any) -> int:
    return _string(value, "indexOf").find(_string(part, "indexOf"))


@_builtin("lastIndexOf", 2)
def _last_index_of(_: Meter, value: Any, part: Any) -> int:
    return _string(value, "lastIndexOf").rfind(_string(part, "lastIndexOf"))


@_builtin("hasPrefix", 2)
def _has_prefix(_: Meter, value: Any, part: Any) -> bool:
    return _string(value, "hasPrefix").startswith(_string(part, "hasPrefix"))


@_builtin("hasSuffix", 2)
def _has_suffix(_: Meter, value: Any, part: Any) -> bool:
    return _string(value, "hasSuffix").endswith(_string(part, "hasSuffix"))


# --- encodings ------------------------------------------------------------------------------------


@_builtin("toJSON", 1)
def _to_json(meter: Meter, value: Any) -> str:
    demand_shallow(value, meter)
    made = json.dumps(value, ensure_ascii=False, indent=2)
    meter.text(len(made))
    return made


@_builtin("fromJSON", 1)
def _from_json(meter: Meter, value: Any) -> Any:
    text = _string(value, "fromJSON")
    meter.allocate(len(text))
    if exceeds_depth(text):
        raise ExpressionError("fromJSON: the text is nested too deep")
    try:
        return json.loads(text)
    except ValueError as problem:
        raise ExpressionError(f"fromJSON: {problem}") from None


@_builtin("toBase64", 1)
def _to_base64(meter: Meter, value: Any) -> str:
    data = _string(value, "toBase64").encode("utf-8", "surrogateescape")
    meter.text(2 * len(data))
    return base64.b64encode(data).decode("ascii")


@_builtin("fromBase64", 1)
def _from_base64(meter: Meter, value: Any) -> str:
    text = _string(value, "fromBase64")
    meter.text(len(text))
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError) as problem:
        raise ExpressionError(f"fromBase64: {problem}") from None
