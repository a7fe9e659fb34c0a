"""One UR controller: runs the script it was sent, moves its arm's set point, watches over it; a cycle takes 2 ms."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from pg4da.hardware.emulator.ur5e import motions
from pg4da.hardware.emulator.ur5e.drive import COAST, CYCLE, HARD_STOP, Drive, OutOfReach
from pg4da.hardware.emulator.ur5e.functions import Functions
from pg4da.hardware.emulator.ur5e.geometry import Chain, chain
from pg4da.hardware.emulator.ur5e.panel import Panel
from pg4da.hardware.emulator.ur5e.registers import Registers
from pg4da.hardware.emulator.ur5e.rtde_types import Field
from pg4da.hardware.emulator.ur5e.safety import UNLOCK_DELAY, Safety
from pg4da.hardware.emulator.ur5e.script_compiler import Compiled, compile_program
from pg4da.hardware.emulator.ur5e.script_frame import Steps
from pg4da.hardware.emulator.ur5e.script_program import Program
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.settings import Identity, Settings
from pg4da.hardware.emulator.world import WorldArm
from pg4da.hardware.frames import Array

LOG = 200  # lines that are kept
GIVEN_UP = 0.15  # rad between set point and arm before the controller stops itself
FORCE_LIMIT = 150.0  # N at the tool, a UR's default safety limit
RETURN = 2.0, 0.5  # rad/s² and rad/s back to the path that a pause left
STOPPED, PLAYING, PAUSED = 1, 2, 4  # runtime_state


class Controller:
    """Owns the set point of one arm of the world. Everything happens in `cycle`, called every 2 ms of world time."""

    def __init__(
        self, name: str, arm: WorldArm, clock: Callable[[], float], unlock_delay: float = UNLOCK_DELAY
    ) -> None:
        self.name = name
        self.arm = arm
        self.clock = clock
        self.drive = Drive(arm)
        self.registers = Registers()
        self.panel = Panel(self.registers, self.drive)
        self.settings = Settings()
        self.safety = Safety(clock, unlock_delay)
        self.identity = Identity()
        self.remote = True
        self.freedrive = False
        self.log: deque[str] = deque(maxlen=LOG)
        self.program: Program | None = None
        self.paused = False
        self._functions = Functions(self)
        self._names = frozenset(self._functions.instant), frozenset(self._functions.timed)
        self._watchdog: tuple[str, float] | None = None
        self._fed = 0.0
        self._target_chain: Chain | None = None
        self._left_at: Array = self.drive.q.copy()  # where a pause found the set point on its path
        self._return: Steps = motions.nothing()

    # what clients ask for

    def compile(self, text: str) -> Compiled:
        """Takes a tenth of a second; may run in any thread. Raises ScriptError."""
        return compile_program(text, *self._names)

    def load(self, code: Compiled) -> None:
        """Start a program in place of the one that ran; refused while the arm may not move."""
        if not self.safety.moves:
            self.say(f"the program {code.name} is refused: {self.safety.mode.name}, {self.safety.robot_mode.name}")
            return
        self.program, self.paused, self._watchdog = Program(code, self._functions), False, None
        self._return = motions.nothing()

    def stop_program(self, why: str = "") -> None:
        """The arm comes to rest by itself."""
        if self.program is not None and why:
            self.say(why)
        self.program, self.paused, self._watchdog = None, False, None

    def pause(self) -> None:
        """The arm comes to rest; the program stays where it is."""
        if self.program is not None and not self.paused:
            self.paused, self._left_at = True, self.drive.q.copy()

    def play(self) -> bool:
        """Go on with a paused program; False when there is none or the arm may not move."""
        if self.program is None or not self.safety.moves:
            return False
        if self.paused:
            self.paused = False
            self._return = motions.to_configuration(self.drive, self._left_at, *RETURN)
        return True

    def write_inputs(self, names: Sequence[str], values: Sequence[Field]) -> None:
        """An RTDE client wrote these."""
        self.registers.inputs.update(zip(names, values, strict=True))
        self.panel.apply(names)
        if self._watchdog is not None and self._watchdog[0] in names:
            self._fed = self.clock()

    def set_watchdog(self, name: str, frequency: float, action: str = "pause") -> None:
        """Stop the program when the input is written less often than `frequency` [Hz], with half a period's grace."""
        self._watchdog, self._fed = ((name, 1.5 / frequency), self.clock()) if frequency > 0 else (None, 0.0)

    def set_freedrive(self, on: bool) -> None:
        self.freedrive = on

    def say(self, text: str) -> None:
        """A line of the log, as textmsg writes it."""
        self.log.append(f"{self.clock():.3f} {text}")

    # safety

    def protective_stop(self, reason: str) -> None:
        """The arm brakes and the program is paused until somebody unlocks it."""
        if self.safety.stopped:
            return
        self.safety.protective_stop(reason)
        self.say(f"protective stop: {reason}")
        self.pause()

    def unlock(self) -> bool:
        """Leave a protective stop, the set point where the arm is; False while the stop is too fresh."""
        if not self.safety.unlock():
            return False
        self.drive.give_way()
        return True

    def emergency_stop(self) -> None:
        """The arm brakes, the program ends, power goes off."""
        self.safety.emergency_stop()
        self.stop_program("emergency stop")

    def power_off(self) -> None:
        self.stop_program("power off")
        self.safety.power_off()

    # a cycle

    @property
    def runtime_state(self) -> int:
        """As RTDE gives it: stopped, playing, paused."""
        return STOPPED if self.program is None else PAUSED if self.paused else PLAYING

    def cycle(self) -> None:
        """Run the program for one cycle and tell the world the set point."""
        self._target_chain = None
        moves = self.safety.moves
        if moves:
            self._watch()
            self._run()
        if self.freedrive:
            self.drive.give_way()
            self.drive.rest()
        self.drive.close(COAST if moves else HARD_STOP)

    def _run(self) -> None:
        if self.program is None or self.paused:
            return
        try:
            if not self._go_back() and not self.program.cycle():
                self.stop_program()
        except ScriptError as error:
            self.stop_program(f"the program {self.program.name if self.program else ''} stopped: {error}")
        except OutOfReach as error:
            self.protective_stop(str(error))

    def _go_back(self) -> bool:
        """A cycle of the way to where a pause found the arm; False when it is there."""
        over = object()
        return next(self._return, over) is not over

    def _watch(self) -> None:
        """What makes a controller stop by itself: a collision, a force, a client that fell silent."""
        if self.drive.behind > GIVEN_UP:
            self.drive.give_way()
            self.protective_stop("the arm is not where it should be: something is in the way")
        elif (force := self.arm.force) > FORCE_LIMIT:
            self.drive.give_way()
            self.protective_stop(f"{force:.0f} N at the tool")
        elif self._watchdog is not None and self.clock() - self._fed > self._watchdog[1]:
            self.stop_program("watchdog: no new input in time")

    # the set point as RTDE tells it

    @property
    def _links(self) -> Chain:
        if self._target_chain is None:
            self._target_chain = chain(self.drive.q)
        return self._target_chain

    @property
    def target_tcp(self) -> Array:
        """T_base_tcp of the set point, shape (4, 4)."""
        return np.asarray(self._links.flange @ self.settings.tcp)

    @property
    def target_twist(self) -> Array:
        """Velocity of the set point's tool in the base frame, shape (6,)."""
        return np.asarray(self._links.jacobian(self.target_tcp[:3, 3]) @ self.drive.dq)


def cycles_per_step(timestep: float) -> int:
    """Controller cycles in one step of the world [s]. Raises ValueError unless it is a whole number."""
    count = round(timestep / CYCLE)
    if count < 1 or abs(count * CYCLE - timestep) > 1e-9:
        raise ValueError(f"the world's step of {timestep:g} s is no multiple of the controller's {CYCLE:g} s")
    return count
