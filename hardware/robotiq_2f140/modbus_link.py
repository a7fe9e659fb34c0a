"""Modbus to a gripper: RTU on a serial line, RTU over TCP, TCP."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from pg4da.hardware.robotiq_2f140.config import RtuOverTcpLink, SerialLink, TcpLink
from pg4da.hardware.robotiq_2f140.link import LinkError
from pg4da.hardware.robotiq_2f140.registers import (
    COMMAND,
    STATUS,
    WORDS,
    Command,
    Status,
    decode_status,
    encode_command,
)

if TYPE_CHECKING:
    from pymodbus.client import ModbusSerialClient, ModbusTcpClient
    from pymodbus.pdu import ModbusPDU

    Client = ModbusSerialClient | ModbusTcpClient

ModbusConfig = SerialLink | RtuOverTcpLink | TcpLink


class ModbusLink:
    """link.Link over pymodbus; function 16 writes, function 3 reads, as in the maker's examples."""

    def __init__(self, config: ModbusConfig, timeout: float) -> None:
        self._config, self._timeout = config, timeout
        self._client: Client | None = None

    @property
    def address(self) -> str:
        c = self._config
        return f"{c.port if isinstance(c, SerialLink) else f'{c.host}:{c.port}'} ({c.kind}, unit {c.unit})"

    def open(self) -> None:
        """Connect. Raises LinkError."""
        if self._client is not None:
            return
        client = _client(self._config, self._timeout)
        if not client.connect():
            raise LinkError(f"can't connect to {self.address}")
        self._client = client

    def write(self, command: Command) -> None:
        """One function 16. Raises LinkError."""
        self._ask("write", lambda c: c.write_registers(COMMAND, encode_command(command), device_id=self._config.unit))

    def read(self) -> Status:
        """One function 3. Raises LinkError."""
        words = self._ask("read", lambda c: c.read_holding_registers(STATUS, count=WORDS, device_id=self._config.unit))
        if len(words) != WORDS:
            raise LinkError(f"{self.address} answered a read of {WORDS} registers with {len(words)}")
        return decode_status(words)

    def close(self) -> None:
        """Disconnect."""
        client, self._client = self._client, None
        if client is not None:
            client.close()  # type: ignore[no-untyped-call]

    def _ask(self, what: str, request: Callable[[Client], ModbusPDU]) -> list[int]:
        from pymodbus.exceptions import ModbusException

        if self._client is None:
            raise LinkError(f"not connected to {self.address}")
        try:
            answer = request(self._client)
        except (ModbusException, OSError, ValueError) as problem:
            raise LinkError(f"no answer to a {what} from {self.address}: {problem}") from None
        if answer.isError():
            raise LinkError(f"{self.address} refused a {what}: {answer}")
        return list(answer.registers)


def _client(config: ModbusConfig, timeout: float) -> Client:
    from pymodbus import FramerType
    from pymodbus.client import ModbusSerialClient, ModbusTcpClient

    # Its complaints are raised as well; without a handler Python would print them a second time.
    logging.getLogger("pymodbus.logging").addHandler(logging.NullHandler())
    if isinstance(config, SerialLink):
        return ModbusSerialClient(config.port, baudrate=config.baudrate, timeout=timeout, retries=0)
    framer = FramerType.RTU if isinstance(config, RtuOverTcpLink) else FramerType.SOCKET
    return ModbusTcpClient(config.host, port=config.port, framer=framer, timeout=timeout, retries=0)
