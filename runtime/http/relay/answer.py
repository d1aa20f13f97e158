"""How a handler asks for a relay: by a header of its answer, which is read the same way whatever the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.http.relay.command import Command, CommandError, parse
from runtime.websocket.origins import allows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import falcon

    from runtime.http.middleware.options import Handler, Wrap


@dataclass(frozen=True)
class Asking:
    """The header that asks, the topic for messages where it names none, and the origins from which clients may come."""

    header: str
    topic: str
    origins: Sequence[str]

    def wrap(
        self,
        begin: Callable[[falcon.Request, falcon.Response, Command], None],
        answers_itself: Callable[[falcon.Response], bool],
    ) -> Wrap:
        """Make a middleware that begins a relay when a handler asks for one and has not answered by itself."""

        def around(handler: Handler) -> Handler:
            def answer(request: falcon.Request, response: falcon.Response) -> None:
                handler(request, response)
                text = response.get_header(self.header)
                if text is None:
                    return
                response.delete_header(self.header)
                if answers_itself(response):
                    return
                try:
                    command = parse(text, self.topic)
                    if not allows(request.get_header("Origin") or "", request.get_header("Host") or "", self.origins):
                        refuse(response, "403 Forbidden", "the origin is not allowed")
                        return
                    begin(request, response, command)
                except CommandError as error:
                    refuse(response, "400 Bad Request", str(error))

            return answer

        return around


def refuse(response: falcon.Response, status: str, text: str) -> None:
    """Answer that there will be no relay, in plain text; headers that middleware has set stay."""
    response.status = status
    response.content_type = "text/plain; charset=utf-8"
    response.data = None
    response.text = text + "\n"
