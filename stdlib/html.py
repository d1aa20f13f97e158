"""The `html` module: making HTML from strangers harmless (page lua/http/html)."""

from __future__ import annotations

from runtime.binding import Bytes, Failure, Kind, LuaValue, Module, Text, Userdata, method
from runtime.markup import presets
from runtime.markup.policy import EVERYWHERE, Policy
from runtime.offload import offload_large
from runtime.text.expression import Expression, ExpressionError

module = Module("html", deterministic=True, classes=("security", "deterministic"))
_sanitize = Module("html.sanitize")


@module.handle("html.AttrBuilder")
class Attributes(Userdata):
    """Attributes about to be allowed: on which elements, with which values."""

    __slots__ = ("_names", "_pattern", "_policy")

    def __init__(self, policy: LuaPolicy, names: tuple[str, ...]) -> None:
        self._policy = policy
        self._names = names
        self._pattern: Expression | None = None

    @method
    def matching(self, pattern: Bytes) -> LuaValue:
        """Allow only values in which an expression is found; Invalid for what is no expression of RE2."""
        try:
            self._pattern = Expression(pattern)
        except ExpressionError as error:
            raise Failure(Kind.INVALID, f"invalid pattern: {error}") from None
        return self

    @method
    def on_elements(self, *elements: Text) -> LuaValue:
        """Allow them on some elements; give the policy."""
        self._policy.policy.allow_attributes(self._names, elements, self._pattern)
        return self._policy

    @method
    def globally(self) -> LuaValue:
        """Allow them on all elements; give the policy."""
        self._policy.policy.allow_attributes(self._names, [EVERYWHERE], self._pattern)
        return self._policy


@module.handle("html.Policy")
class LuaPolicy(Userdata):
    """What may stay. Methods that allow or require something give the policy, so that calls chain."""

    __slots__ = ("policy",)

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    @method(blocks=True)
    def sanitize(self, html: Text) -> Text:
        """Give what of an HTML text may stay."""
        readable = html.encode("utf-8", "replace").decode()
        return Text(offload_large(len(html), self.policy.sanitized, readable))

    @method
    def allow_elements(self, *names: Text) -> LuaValue:
        """Let elements stay; `script` and `style` never do."""
        self.policy.allow(names)
        return self

    @method
    def allow_attrs(self, *names: Text) -> Attributes:
        """Begin to allow attributes: `on_elements` or `globally` does it."""
        return Attributes(self, names)

    @method
    def allow_standard_urls(self) -> LuaValue:
        """Allow addresses of the web and of mail, and relative ones; links get `nofollow`."""
        presets.allow_standard_urls(self.policy)
        return self

    @method
    def allow_url_schemes(self, *schemes: Text) -> LuaValue:
        """Allow only URLs of some schemes."""
        self.policy.restrict_urls(schemes)
        return self

    @method
    def allow_relative_urls(self, allow: bool = False) -> LuaValue:
        """Allow URLs without a scheme, or not."""
        self.policy.restrict_urls(relative=allow)
        return self

    @method
    def require_parseable_urls(self, require: bool = False) -> LuaValue:
        """Drop URLs that are none, or let them stay."""
        self.policy.parseable = require
        return self

    @method
    def require_nofollow_on_links(self, require: bool = False) -> LuaValue:
        """Give links `rel="nofollow"`, or not."""
        self.policy.nofollow = require
        return self

    @method
    def require_noreferrer_on_links(self, require: bool = False) -> LuaValue:
        """Give links `rel="noreferrer"`, or not."""
        self.policy.noreferrer = require
        return self

    @method
    def add_target_blank_to_fully_qualified_links(self, add: bool = False) -> LuaValue:
        """Have links that name a host open a new tab, or not."""
        self.policy.target_blank = add
        return self

    @method
    def allow_images(self) -> LuaValue:
        """Allow images."""
        presets.allow_images(self.policy)
        return self

    @method
    def allow_data_uri_images(self) -> LuaValue:
        """Allow images that stand in their URLs."""
        self.policy.images_in_urls = True
        return self

    @method
    def allow_lists(self) -> LuaValue:
        """Allow lists."""
        presets.allow_lists(self.policy)
        return self

    @method
    def allow_tables(self) -> LuaValue:
        """Allow tables."""
        presets.allow_tables(self.policy)
        return self

    @method
    def allow_standard_attributes(self) -> LuaValue:
        """Allow `id`, `class`, `title`, `dir` and `lang` everywhere."""
        presets.allow_standard_attributes(self.policy)
        return self


@_sanitize.function
def new_policy() -> LuaPolicy:
    """Make a policy that allows nothing yet."""
    return LuaPolicy(Policy())


@_sanitize.function
def ugc_policy() -> LuaPolicy:
    """Make the policy for what users write."""
    return LuaPolicy(presets.user_content())


@_sanitize.function
def strict_policy() -> LuaPolicy:
    """Make a policy that leaves only text."""
    return LuaPolicy(Policy())


module.nest("sanitize", _sanitize)
