"""One run of a script: its variables, what it prints and saves, and its code, resumed from probe to probe.

The script runs in a greenlet, a stack of its own on the thread that resumes it: it can be left and entered
again wherever it stands, however deep, and torch, which keeps its modes per thread, does not notice.
"""

import builtins
import os
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import CodeType, FrameType, MappingProxyType, ModuleType
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from loop_core.beside import Beside
from loop_core.ending import exit_fails, exit_words
from loop_core.files import written_whole
from loop_core.listing import Listing, Probe
from loop_core.main_module import MAIN, MainModule
from loop_core.operations import Operation
from loop_core.printed import MOST_LINES, Printed
from loop_core.probing import BEFORE, CALL, NOTE, PAUSE, SAVING, STEPPING
from loop_core.scope import answer_of, count_of, looked_up
from loop_core.sites import Site
from loop_core.snapshot import Saved

CONSOLE_LINES = 40
MOST_HELD = 100
"""Objects in a list or a dict that are looked at."""
MOST_CLOSINGS = 100
"""How often a script that catches everything is told to end."""

Values = dict[str, Any]
PRINTING = frozenset({Operation.PRINT})
PASSING = frozenset({"result", "inputs", "prediction", "target"})
"""Roles whose objects are others in each batch."""
CALLED = {"forward": ("called", "model", "inputs"), "loss": ("called", "loss_fn", "prediction", "target")}
"""The roles of what is called: what it answers, itself, its arguments."""


class Run:
    """A script's code between its first line and its end.

    printed: lines since the last `take_printed`.  names: the script's global variables.
    saved: the last file, and the object that was saved.  error: the script's own traceback, or why else it
    stopped.  exited: how it ended itself with ``sys.exit()``, wherever it stood; "" where it did not.
    """

    def __init__(
        self,
        listing: Listing,
        codes: Sequence[CodeType],
        folder: Path,
        before: Callable[[Probe], None],
        noted: Callable[[Probe], None] = lambda probe: None,
        really: Callable[[Probe], Sequence[Site]] = lambda probe: probe.sites,
        passes: Callable[[Probe], bool] = lambda probe: False,
        given: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """codes: from `compile_listing`.  folder: where relative paths of ``torch.save`` lead.

        before: called just before each operation while stepping.  noted: called after a loss in fast epochs.
        really: which of a probe's sites it is now, where training and testing share a function.
        passes: whether the script need not pause there, asked while it does not step.
        given: variables that it has from the start; whoever gives them keeps his ``__main__``, where their
        classes are found.
        """
        self.listing = listing
        self.folder = folder
        self.console: deque[str] = deque(maxlen=CONSOLE_LINES)
        self.printed = Printed()
        self.saved: tuple[Saved, object] | None = None
        self.error: str | None = None
        self.exited = ""
        self._before = before
        self._noted = noted
        self._really = really
        self._passes = passes
        self._fleeting = {id(site) for probe in listing.probes if probe.fleeting for site in probe.sites}
        self._values: dict[int, Values] = {}  # by the place of a site: what its roles stood for last
        self._frame: FrameType | None = None  # where it stands
        self._closing = False
        self._printing: int | None = None  # where it was paused last, if that prints: again needs no pause
        self._probes: dict[str, Any] = {
            STEPPING: True,
            BEFORE: self._look_before,
            PAUSE: self._pause,
            NOTE: self._note,
            CALL: self._call,
            SAVING: self._saving,
        }
        module = ModuleType(MAIN)
        self.names: Values = vars(module)
        self.names |= {
            "__file__": str(listing.path),
            "__builtins__": {**vars(builtins), "print": self._print},
            **self._probes,
            **given,
        }
        self._main = MainModule(sys.modules[MAIN] if given else module)
        self._process = os.getpid()
        self._globals = [self.names]
        self._beside = Beside(listing.sources[1:], codes[1:], self._prepare)
        self._argv = [str(listing.path), *listing.arguments]
        self._running: greenlet | None = greenlet(lambda: exec(codes[0], self.names))  # nosec B102  # as asked
        self._outside: greenlet | None = None  # who has entered the script

    @property
    def stepping(self) -> bool:
        """Whether to pause after each operation, or only where epochs begin and end."""
        return bool(self.names[STEPPING])

    @stepping.setter
    def stepping(self, stepping: bool) -> None:
        for names in self._globals:
            names[STEPPING] = stepping

    def resume(self) -> Probe | None:
        """Run to the next pause; None when the script has ended, by itself or by an error."""
        if self._running is None:
            return None
        try:
            index = self._enter(self._running.switch)
            if not self._running.dead:
                probe: Probe = self.listing.probes[index]
                return probe
        except BaseException as error:  # of the script's own kind too: it ends with it, and nothing else does
            self._end_by(error)
        self._running, self._frame = None, None
        self._main.end()
        return None

    def stop(self, why: str) -> None:
        """Leave the script where it stands, for a reason that stands in the place of its own error."""
        self.close()
        if self.error is None:
            self.error = why
            self.console.extend(why.splitlines())

    def _end_by(self, error: BaseException) -> None:
        if isinstance(error, SystemExit):
            self.exited = exit_words(error.code)
        if not isinstance(error, SystemExit):
            self.error = script_traceback(error, self.listing)
        elif exit_fails(error.code):
            self.error = f"it ended itself {self.exited}"
        self.console.extend((self.error or "").splitlines())

    def value(self, site: Site | None, role: str) -> Any:
        """What the site's expression for a role stands for now; None when there is no such thing.

        In a function it is what it stood for when the operation ran last.
        """
        if site is None:
            return None
        kept = self._values.get(id(site), {})
        found = kept[role] if role in kept else self._named(site, role)
        if role != "result":
            return found
        called = kept.get("called")
        if called is not None and (not hasattr(found, "grad_fn") or _cut_off(site, found)):
            return called  # it has become no tensor, or one that is linked to nothing
        return found if site.operation is Operation.BACKWARD else answer_of(found)

    def _named(self, site: Site, role: str) -> Any:
        if role not in site.roles or (role in PASSING and id(site) in self._fleeting):
            return None
        frame, expression = self._frame, site.roles[role]
        if frame is None or (frame.f_globals is self.names and frame.f_code.co_name == "<module>"):
            return self.names[expression] if expression in self.names else looked_up(expression, self.names)
        return looked_up(expression, *_scopes(frame), self.names)

    def roles(self, site: Site | None) -> Values:
        """What all roles of a site stand for."""
        if site is None:
            return {}
        known = {"result", *site.roles, *self._values.get(id(site), ())}
        return {role: self.value(site, role) for role in known}

    def count(self, expression: str) -> int | None:
        """How many values a ``range`` has, for example 'range(epochs)'; None of anything else."""
        scopes = [self.names] if self._frame is None else [*_scopes(self._frame), self.names]
        return count_of(expression, *scopes)

    def everything(self) -> Iterator[Any]:
        """Every object that the script has a name for where it stands, what these hold, their attributes.

        In a function also those of the functions that have called it, or that it is defined in.
        """
        scopes = [*self._scopes_around(), self.names]
        for scope in scopes:
            for name, value in tuple(scope.items()):
                if not name.startswith("__"):
                    yield value
                    if isinstance(value, list | tuple | dict) and len(value) <= MOST_HELD:
                        yield from value.values() if isinstance(value, dict) else value
        for scope in scopes[:1]:
            for value in scope.values():
                attributes = getattr(value, "__dict__", None)
                if isinstance(attributes, dict) and not isinstance(value, ModuleType | type):
                    yield from attributes.values()

    def _scopes_around(self) -> Iterator[Values]:
        """The variables where it stands, and of the script's functions that have led there."""
        frame, own = self._frame, {str(source.path) for source in self.listing.sources}
        if frame is not None:
            yield frame.f_locals
        while frame is not None and (frame := frame.f_back) is not None:
            if frame.f_code.co_filename in own and frame.f_locals is not frame.f_globals:
                yield frame.f_locals
        if self._frame is not None:
            yield self._frame.f_globals

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Whatever the script's code prints inside is not kept."""
        kept = self.printed, self.console
        self.printed, self.console = Printed(), deque()
        try:
            yield
        finally:
            self.printed, self.console = kept

    def take_printed(self) -> tuple[str, ...]:
        """The lines printed since the last call."""
        lines, self.printed = tuple(self.printed), Printed()
        if len(lines) > MOST_LINES:
            self.console.append(lines[-1])
        return lines

    def close(self) -> None:
        """Leave the script where it stands; its ``with`` blocks end here, on this thread."""
        running, self._running = self._running, None
        if running is None or not running:
            return  # it has ended, or has never begun
        self._closing = True
        for _ in range(MOST_CLOSINGS):
            if running.dead:
                break
            try:
                self._enter(partial(running.throw, GreenletExit))
            except BaseException:  # an error of what the script does at its end is nobody's any more
                break
        self._values, self._frame = {}, None
        self._main.end()

    def _pause(self, index: int) -> None:
        """The script's own call after an operation: back to where it was resumed."""
        if self._closing:
            raise GreenletExit
        if index == self._printing:
            return
        probe = self.listing.probes[index]
        self._printing = index if probe.operations == PRINTING else None
        self._frame = frame = sys._getframe(1)
        if not self.names[STEPPING] and self._passes(probe):
            return
        if os.getpid() != self._process:
            return  # a child of the script, which nobody sings
        if probe.fleeting:
            self._look(probe, frame, ("result",))
        assert self._outside is not None
        self._outside.switch(index)

    def _note(self, index: int) -> None:
        """The script's own call after a loss in a fast epoch."""
        probe = self.listing.probes[index]
        self._look(probe, sys._getframe(1), ("result",))
        self._noted(probe)
        for site in probe.sites:  # whatever made the result need not be kept with it
            kept = self._values.get(id(site), {})
            for role in ("result", "called"):
                answer = answer_of(kept.get(role))
                if hasattr(answer, "detach"):
                    kept[role] = answer.detach()

    def _look_before(self, index: int) -> None:
        """The script's own call before an operation."""
        if index == self._printing:
            return
        probe = self.listing.probes[index]
        self._look(probe, sys._getframe(1), None)
        if self.names[STEPPING]:
            self._frame = sys._getframe(1)
            self._before(probe)

    def _call(self, index: int, operation: str, func: Any, *arguments: Any, **options: Any) -> Any:
        """The script's own call of a model or a loss function, for objects that have no names."""
        result = func(*arguments, **options)
        probe = self.listing.probes[index]
        if self.names[STEPPING] or probe.fleeting:
            of_tensor = hasattr(getattr(func, "__self__", None), "grad_fn")  # its method is no loss function
            names = CALLED[operation][:1] if of_tensor else CALLED[operation]
            called = dict(zip(names, (answer_of(result), func, *arguments), strict=False))
            for site in self._really(probe):
                if operation in site.operation:
                    self._values.setdefault(id(site), {}).update(called)
        return result

    def _look(self, probe: Probe, frame: FrameType, roles: Sequence[str] | None) -> None:
        """Keep what roles stand for in a function's frame; None: all but the result."""
        if not probe.fleeting:
            return  # a module's variables stay where they are
        for site in self._really(probe):
            wanted = [role for role in site.roles if (role in roles if roles else role != "result")]
            if wanted:
                found = ((role, looked_up(site.roles[role], *_scopes(frame))) for role in wanted)
                kept = self._values.setdefault(id(site), {})
                kept.update((role, value) for role, value in found if value is not None)

    def _enter(self, go_on: Callable[[], Any]) -> Any:
        """Go on with the script, which finds its own arguments, and itself as ``__main__``.

        Where epochs are short this is soon felt.
        """
        self._outside = getcurrent()
        self._main.begin()
        argv, sys.argv = sys.argv, self._argv
        try:
            if self._beside:
                with self._beside.found():
                    return go_on()
            return go_on()
        finally:
            sys.argv = argv
            self._outside = None  # a thread that has ended while it is still known cannot be tidied away

    def _print(self, *values: object, sep: str | None = None, end: str | None = None, **to: Any) -> None:
        if to.get("file") is not None or os.getpid() != self._process:
            print(*values, sep=sep, end=end, **to)
            return
        text = (" " if sep is None else sep).join(map(str, values)) + (
            "" if end in (None, "\n") else str(end)
        )
        self.console.extend(self.printed.add(text))

    def _saving(self, save: Callable[..., None]) -> Callable[..., None]:
        """Stands in for ``torch.save`` in the script: the same call, into a file written whole."""

        def saving(obj: object, f: Any, *arguments: Any, **options: Any) -> None:
            if not isinstance(f, str | os.PathLike):
                save(obj, f, *arguments, **options)
                return
            path = self.folder / f
            with written_whole(path) as part:
                save(obj, part, *arguments, **options)
            self.saved = Saved(path.name, path.stat().st_size, str(path)), obj

        return saving

    def _prepare(self, names: Values) -> None:
        """A module beside the script is about to run: it has its probes, and prints where the script does."""
        names |= self._probes
        names["__builtins__"] = self.names["__builtins__"]
        names[STEPPING] = self.stepping
        self._globals.append(names)


def _cut_off(site: Site, result: Any) -> bool:
    """Whether a forward pass of training left what nothing is learned from, as what a critic is shown."""
    return site.operation is Operation.FORWARD and result.grad_fn is None


def _scopes(frame: FrameType) -> tuple[Values, Values]:
    return frame.f_locals, frame.f_globals


def script_traceback(error: BaseException, listing: Listing) -> str:
    """The traceback as the script run plainly would give it: from its first own line on, without ours."""
    own = {str(source.path) for source in listing.sources}
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, frame in enumerate(frames) if frame.filename in own), 0)
    lines = traceback.format_list(
        f for f in frames[first:] if f.filename != __file__
    ) + traceback.format_exception_only(error)
    return "Traceback (most recent call last):\n" + "".join(lines).rstrip()
