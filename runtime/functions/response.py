"""The channel that gives the result of a call."""

from runtime.process.channel import Case, Channel


class Response(Channel):
    """Gives one value and is closed then.

    A select in which others can still happen passes over one whose value was taken, so that a program may wait for
    several calls in a loop (page lua/core/funcs, "Parallel Operations").
    """

    __slots__ = ()

    @property
    def spent(self) -> bool:
        """Tell whether there is nothing more to come."""
        return self.closed and not self.buffer


def hopeful(cases: list[Case]) -> list[Case]:
    """Leave out the results that were taken, unless there is nothing else."""
    return [case for case in cases if not (isinstance(case.channel, Response) and case.channel.spent)] or cases
