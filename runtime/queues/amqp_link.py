"""A connection to a broker that comes back: pika's on gevent's event loop, with greenlets that wait for its callbacks.

pika calls back on the hub, where nothing may wait; what may is done in greenlets.
"""

from __future__ import annotations

import contextlib
import logging
import os
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import AsyncResult, Event
from pika.adapters import gevent_connection
from pika.exceptions import AMQPError, ChannelClosed

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from pika import Parameters

log = logging.getLogger("wippy.queue")
logging.getLogger("pika").setLevel(logging.CRITICAL)  # it tells of each failure in many lines; we do in one
_ANSWER = 30.0  # seconds that a broker may take to answer a request
ERRORS = (AMQPError, OSError)


class Link:
    """Keeps a connection; `restored` is called in a greenlet with each new one, before anybody else may use it.

    `delays`: the seconds before the first attempt to connect again, and the most that they grow to.
    """

    def __init__(
        self, parameters: Parameters, delays: tuple[float, float], restored: Callable[[], None], where: str
    ) -> None:
        self._parameters = parameters
        self._delays = delays
        self._restored = restored
        self._where = where
        self._connection: Any = None
        self._services: Any = None
        self._lost = Event()
        # There is a connection, and `restored` has done its work on it.
        self._restored_now = False
        self._keeper: gevent.Greenlet[..., None] | None = None

    def start(self) -> None:
        """Connect and return when connected; raise Failure. From then on the connection comes back by itself."""
        loop = gevent_connection._GeventSelectorIOLoop(gevent.get_hub())  # noqa: SLF001  (see _close_loop)
        self._services = gevent_connection._GeventSelectorIOServicesAdapter(loop)  # noqa: SLF001
        try:
            self._open()
        except BaseException:
            self.stop()
            raise
        self._keeper = gevent.spawn(self._keep)

    def stop(self) -> None:
        """Close the connection for good."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.kill()
        connection, self._connection = self._connection, None
        if connection is not None and connection.is_open:
            connection.close()
            self._lost.wait(5.0)
        if self._services is not None:
            _close_loop(self._services)
            self._services = None

    @property
    def is_up(self) -> bool:
        """Whether there is a connection that can be used."""
        return self._restored_now and self._is_open

    @property
    def _is_open(self) -> bool:
        return self._connection is not None and self._connection.is_open

    def open_channel(self) -> Any:
        """Open a channel; raise Failure Unavailable when there is no connection."""
        if not self._is_open:
            raise away(f"the connection to the broker at {self._where} is down")
        opened: AsyncResult[Any] = AsyncResult()
        try:
            channel = self._connection.channel(on_open_callback=opened.set)
        except ERRORS as error:
            raise away(f"the broker at {self._where} gives no channel: {_said(error)}") from None
        channel.add_on_close_callback(lambda _channel, reason: opened.set_exception(reason))
        return answer(opened)

    def request(self, send: Callable[[Any, Callable[[Any], None]], object]) -> Any:
        """Ask the broker for something on a channel of its own; `send` gets the channel and what takes the answer."""
        channel = self.open_channel()
        answered: AsyncResult[Any] = AsyncResult()
        channel.add_on_close_callback(lambda _channel, reason: answered.set_exception(reason))
        try:
            send(channel, answered.set)
            return answer(answered)
        finally:
            if channel.is_open:
                with contextlib.suppress(*ERRORS):
                    channel.close()

    def _keep(self) -> None:
        delay, most = self._delays
        while True:
            self._lost.wait()
            log.warning("the connection to the broker at %s was lost", self._where)
            wait = delay
            while not self._again(quietly=wait > delay):
                gevent.sleep(wait)
                wait = min(wait * 2, most)
            log.info("connected to the broker at %s again", self._where)

    def _again(self, *, quietly: bool) -> bool:
        try:
            self._open()
        except Failure as failure:
            if not quietly:
                log.warning("%s; trying again", failure.message)
            return False
        return True

    def _open(self) -> None:
        self._connect()
        self._restored()
        self._restored_now = True

    def _connect(self) -> None:
        self._lost.clear()
        self._restored_now = False
        opened: AsyncResult[Any] = AsyncResult()
        connection = gevent_connection.GeventConnection(
            self._parameters,
            on_open_callback=opened.set,
            on_open_error_callback=lambda _connection, error: opened.set_exception(_error(error)),
            on_close_callback=self._on_close,
            custom_ioloop=self._services,
        )
        try:
            self._connection = opened.get()
        except ERRORS as error:
            raise away(f"cannot connect to the broker at {self._where}: {_said(error)}") from None
        except BaseException:
            with contextlib.suppress(*ERRORS):
                connection.close()
            raise

    def _on_close(self, _connection: Any, _reason: object) -> None:
        self._lost.set()


def answer(waiting: AsyncResult[Any]) -> Any:
    """Wait for an answer of the broker; raise Failure when it refuses, or says nothing."""
    try:
        return waiting.get(timeout=_ANSWER)
    except gevent.Timeout:
        raise away(f"the broker did not answer within {_ANSWER:g} s") from None
    except ChannelClosed as refused:
        kind = {403: Kind.PERMISSION_DENIED, 404: Kind.NOT_FOUND}.get(refused.reply_code, Kind.INVALID)
        raise Failure(kind, f"the broker refuses: {refused.reply_text}") from None
    except ERRORS as error:
        raise away(f"the connection to the broker was lost: {_said(error)}") from None


def away(message: str, *, retryable: bool | None = True) -> Failure:
    """Say that the broker cannot be reached."""
    return Failure(Kind.UNAVAILABLE, message, retryable=retryable)


def _error(error: object) -> Exception:
    return error if isinstance(error, ERRORS) else OSError(str(error))


def _said(error: BaseException) -> str:
    """Give the reason that is deepest in an error of pika's, which wraps it several times."""
    inner = getattr(error, "exceptions", None) or getattr(error, "exception", None) or error.args
    if isinstance(inner, (list, tuple)) and inner:
        inner = inner[-1]
    return _said(inner) if isinstance(inner, BaseException) else str(error) or type(error).__name__


def _close_loop(services: Any) -> None:
    """Close the pipe that pika's loop has for other threads, which it leaves open: one for each start of a driver."""
    loop = services.get_native_ioloop()
    pipe = loop._callback_queue  # noqa: SLF001
    loop.remove_handler(pipe.fd)
    os.close(pipe._read_fd)  # noqa: SLF001
    os.close(pipe._write_fd)  # noqa: SLF001
