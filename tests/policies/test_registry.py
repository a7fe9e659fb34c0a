from types import SimpleNamespace

import pytest

from pg4da.policies import registry
from pg4da.policies.registry import UnknownPolicy, make_policy, policy_names


def test_geometric_is_there():
    assert "geometric" in policy_names()
    assert make_policy("geometric").name == "geometric"


def test_unknown_name_lists_the_choices():
    with pytest.raises(UnknownPolicy, match=r"unknown policy 'geometrik'; choose one of: .*geometric"):
        make_policy("geometrik")


def test_policies_of_other_packages_come_by_entry_point(monkeypatch):
    mine = SimpleNamespace(name="mine", load=lambda: lambda: SimpleNamespace(name="mine"))
    monkeypatch.setattr(registry, "entry_points", lambda group: [mine] if group == "pg4da.policies" else [])
    assert make_policy("mine").name == "mine"
    assert policy_names() == ("geometric", "mine", "pg4da", "pg4da-single-arm")
