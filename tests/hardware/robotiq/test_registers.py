"""Registers, units and faults as numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pg4da.hardware.robotiq_2f140.config import Robotiq2F140Config
from pg4da.hardware.robotiq_2f140.faults import FAULTS, fault
from pg4da.hardware.robotiq_2f140.parameters import MAX_FORCE, MAX_SPEED, MAX_WIDTH, MIN_FORCE, MIN_SPEED
from pg4da.hardware.robotiq_2f140.registers import (
    Activation,
    Command,
    Contact,
    Status,
    decode_command,
    decode_status,
    encode_command,
    encode_status,
)
from pg4da.hardware.robotiq_2f140.scaling import Ends, force_count, force_of, speed_count, speed_of

count, nibble, flag = st.integers(0, 255), st.integers(0, 15), st.booleans()
commands = st.builds(Command, flag, flag, flag, flag, count, count, count)
statuses = st.builds(
    Status, flag, flag, st.sampled_from(Activation), st.sampled_from(Contact), nibble, nibble, count, count, count
)
ends = st.builds(Ends, st.integers(0, 40), st.integers(200, 255))


@given(commands)
def test_a_command_survives_the_wire(command: Command) -> None:
    assert decode_command(encode_command(command)) == command


@given(statuses)
def test_a_status_survives_the_wire(status: Status) -> None:
    assert decode_status(encode_status(status)) == status


@given(st.lists(st.integers(0, 0xFFFF), min_size=3, max_size=3))
def test_any_words_are_a_status(words: list[int]) -> None:
    meant = [words[0] & 0xF900, words[1], words[2]]  # bits 1, 2 and the low octet are reserved
    assert encode_status(decode_status(words)) == meant


def test_the_makers_examples() -> None:
    closing = Command(rACT=True, rGTO=True, rPR=255, rSP=255, rFR=255)
    assert encode_command(closing) == [0x0900, 0x00FF, 0xFFFF]
    held = decode_status([0xB900, 0x00FF, 0xBD00])
    assert held == Status(True, True, Activation.DONE, Contact.WHILE_CLOSING, gPR=255, gPO=189)


@pytest.mark.parametrize("words", [[], [0, 0], [0, 0, 0, 0], [0, 0, 0x10000], [-1, 0, 0]])
def test_what_is_no_register_is_refused(words: list[int]) -> None:
    with pytest.raises(ValueError, match="are not 3 words"):
        decode_status(words)


@pytest.mark.parametrize("field", ["rPR", "rSP", "rFR"])
@pytest.mark.parametrize("value", [-1, 256])
def test_counts_that_do_not_fit_are_refused(field: str, value: int) -> None:
    with pytest.raises(ValueError, match=rf"{value} is outside 0\.\.255"):
        encode_command(Command(**{field: value}))


@given(ends, st.floats(0.001, MAX_WIDTH - 0.001))
def test_a_width_is_asked_for_within_half_a_count(unit: Ends, width: float) -> None:
    step = MAX_WIDTH / (unit.closed - unit.opened)
    assert unit.width(unit.position(width)) == pytest.approx(width, abs=0.51 * step)


@given(ends, st.integers(0, 254))
def test_a_higher_count_is_never_wider(unit: Ends, position: int) -> None:
    assert MAX_WIDTH >= unit.width(position) >= unit.width(position + 1) >= 0.0


@given(ends)
def test_the_ends_are_pressed_on(unit: Ends) -> None:
    assert (unit.width(unit.opened), unit.width(unit.closed)) == (MAX_WIDTH, 0.0)
    assert (unit.position(MAX_WIDTH), unit.position(0.0)) == (0, 255)


@given(st.floats(-1, 1), st.floats(-300, 300))
def test_speed_and_force_are_clamped(speed: float, force: float) -> None:
    clamped = min(max(speed, MIN_SPEED), MAX_SPEED), min(max(force, MIN_FORCE), MAX_FORCE)
    assert speed_of(speed_count(speed)) == pytest.approx(clamped[0], abs=0.0005)
    assert force_of(force_count(force)) == pytest.approx(clamped[1], abs=0.25)


def test_every_fault_has_a_name_and_a_remedy() -> None:
    assert fault(0) is None
    assert {code for code in range(16) if fault(code)} == set(range(1, 16))
    assert [f.code for f in FAULTS.values() if not f.needs_reset] == [0x5, 0x8, 0x9]
    for code in range(1, 16):
        known = fault(code)
        assert known is not None
        assert f"0x{code:X}" in known.message
        assert known.name
        assert known.remedy


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"position_closed": 100}, "at least 150 counts above"),
        ({"max_speed": 1.0}, "less than or equal to 0.25"),
        ({"max_force": 5.0}, "greater than or equal to 10"),
        ({"link": {"kind": "bluetooth"}}, "'rtu', 'rtu-tcp', 'tcp', 'urcap'"),
        ({"link": {"kind": "rtu", "port": ""}}, "at least 1 character"),
        ({"link": {"kind": "tcp", "host": "a", "port": 0}}, "greater than or equal to 1"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_can_not_be(change: dict[str, object], told: str) -> None:
    good: dict[str, object] = {"link": {"kind": "urcap", "host": "192.168.1.10"}}
    assert Robotiq2F140Config.model_validate(good).link.kind == "urcap"
    with pytest.raises(ValidationError, match=told):
        Robotiq2F140Config.model_validate(good | change)
