"""The bridge between greenlets and asyncio: one event loop in one native thread, which nothing else touches.

Greenlets wait cooperatively for coroutines; coroutines have functions run on the thread of the hub. What passes from
one side to the other goes through the two thread-safe calls there are: `call_soon_threadsafe` of asyncio's loop, and
`run_callback_threadsafe` of gevent's.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from typing import TYPE_CHECKING, Any, TypeVar, cast

import gevent
from gevent import get_hub

from runtime.process.completion import Completion, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")
Future = concurrent.futures.Future
_LAST_WAIT = 5.0  # seconds for cancelled coroutines to end, and for the thread


class Bridge:
    """An event loop of asyncio that is there while somebody holds it; made and used on the thread of the hub."""

    def __init__(self) -> None:
        self._holders = 0
        self._asyncio: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._hub: Any = None
        # Has the hub wait for the thread when no greenlet has anything else to wait for.
        self._watcher: Any = None
        self.executor: concurrent.futures.Executor = HubExecutor(self)

    def hold(self) -> None:
        """Need the event loop; the first who does starts its thread."""
        self._holders += 1
        if self._holders == 1:
            self._hub = get_hub().loop
            self._watcher = self._hub.async_()
            self._watcher.start(lambda: None)
            self._asyncio = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._asyncio.run_forever, name="asyncio", daemon=True)
            self._thread.start()

    def release(self) -> None:
        """Need it no more; the last who does ends the thread, and cancels what still runs there."""
        self._holders -= 1
        if self._holders:
            return
        loop, thread = self._loop(), self._thread
        assert thread is not None, "a loop has its thread"
        try:
            self.run(_cancel_all(), timeout=_LAST_WAIT)
        finally:
            self._asyncio, self._thread = None, None
            self._watcher.close()
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_LAST_WAIT)  # it has nothing left to do: this is no wait that others would notice
            if not thread.is_alive():
                loop.close()

    @property
    def running(self) -> bool:
        """Tell whether somebody holds it."""
        return self._asyncio is not None

    def _loop(self) -> asyncio.AbstractEventLoop:
        if self._asyncio is None:
            raise RuntimeError("the event loop of asyncio does not run: hold the bridge first")
        return self._asyncio

    # --- from greenlets -----------------------------------------------------------------------------------------------

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run a coroutine and wait for its result, or raise what it raised; TimeoutError after so many seconds.

        It is cancelled when whoever waits is ended.
        """
        done = Completion()
        task = self.begin(coroutine, lambda: done.set(Outcome()))
        try:
            if not done.wait_for(timeout):
                raise TimeoutError
        finally:
            task.cancel()
        return task.result()

    def begin(self, coroutine: Coroutine[Any, Any, T], done: Callable[[], object]) -> Future[T]:
        """Start a coroutine without waiting; `done` is called on the hub when the future has its result."""
        hub = self._hub
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop())
        except RuntimeError:
            coroutine.close()
            raise
        future.add_done_callback(lambda _: hub.run_callback_threadsafe(done))
        return future

    # --- from coroutines ----------------------------------------------------------------------------------------------

    async def call(self, work: Callable[..., T], *arguments: object) -> T:
        """Run a function in a greenlet on the thread of the hub, and wait for its result."""
        return await asyncio.wrap_future(self.executor.submit(work, *arguments))

    async def attend(
        self,
        begin: Callable[[Callable[[T], object]], Callable[[], object]],
        beat: Callable[[], object],
        interval: float,
    ) -> tuple[T, bool]:
        """Begin something on the hub and wait until it is over; tell whether its end was asked for meanwhile.

        `begin` gets the function to call with the result, and gives the one that asks for the end; that is called when
        the waiting coroutine is cancelled. `beat` is called every so many seconds.
        """
        result: Future[T] = Future()
        end = await self.call(begin, result.set_result)
        waiting = asyncio.wrap_future(result)
        canceled = False
        while not waiting.done():
            try:
                await asyncio.wait({waiting}, timeout=interval)
                if not waiting.done():
                    beat()
            except asyncio.CancelledError:
                canceled = True
                await self.call(end)
        return waiting.result(), canceled

    @staticmethod
    async def pause(seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class HubExecutor(concurrent.futures.Executor):
    """Runs what it is given in greenlets on the thread of the hub, so that no native thread waits for them."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def submit(self, work: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        """Have a function run; callable from any thread."""
        future: Future[T] = Future()
        self._bridge._hub.run_callback_threadsafe(gevent.spawn, _fulfil, future, work, arguments, named)  # noqa: SLF001
        return future


def _fulfil(future: Future[T], work: Callable[..., T], arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work(*arguments, **named))
    except Exception as error:  # noqa: BLE001  (it is raised where somebody waits for the result)
        future.set_exception(error)
    except BaseException:
        future.set_exception(cast("Any", concurrent.futures.CancelledError()))
        raise


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
