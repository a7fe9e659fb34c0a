"""Missions as XML: what BehaviorTree.CPP's nodes become, what is refused and where, and the way there and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pg4da.mission.expression import Expression
from pg4da.mission.loader import load_spec, packaged
from pg4da.mission.problems import MissionError
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.skills.registry import SKILLS
from pg4da.xml.script import ScriptError, assignments, to_expression, to_script
from pg4da.xml.writer import write_xml

Write = Callable[..., Path]


def node(spec: NodeSpec) -> Any:
    """What a node says, without places."""
    values = {k: v.text if isinstance(v, Expression) else ("is", v.value) for k, v in spec.values.items()}
    below = [node(child) for child in spec.children], {role: node(child) for role, child in spec.slots.items()}
    return spec.word, spec.name, values, dict(spec.outputs), below, spec.subtree and whole(spec.subtree)


def whole(spec: MissionSpec) -> Any:
    return spec.name, spec.description, dict(spec.inputs), dict(spec.outputs), node(spec.root)


def xml(body: str, more: str = "") -> str:
    main = f'<BehaviorTree ID="M">\n{body}\n</BehaviorTree>'
    return f'<root BTCPP_format="4" main_tree_to_execute="M">\n{main}\n{more}</root>'


@pytest.fixture
def load(tmp_path: Path, toys: Any) -> Callable[[str], MissionSpec]:
    def load_text(text: str) -> MissionSpec:
        path = tmp_path / "m.xml"
        path.write_text(text)
        return load_spec(str(path), toys)

    return load_text


@pytest.mark.parametrize("name", sorted(packaged()))
def test_our_missions_go_there_and_back(name: str, tmp_path: Path) -> None:
    spec = load_spec(name, SKILLS)
    path = tmp_path / "there.xml"
    path.write_text(write_xml(spec, SKILLS), encoding="utf-8")
    assert whole(load_spec(str(path), SKILLS)) == whole(spec)


EVERYTHING = """
mission: everything
description: "Every word, <with> \\"signs\\" & -- dashes"
inputs:
  n: {type: int, default: 3, min: 1, max: 9, unit: rounds, description: how often}
  ratio: {type: float, default: 0.25}
  way: {type: str, choices: [left, right], default: left}
  names: {type: "list[str]", default: [a, "7"]}
outputs: {done: {type: bool}}
root:
  finally:
    child:
      sequence:
        memory: false
        name: "A <first> & \\"second\\""
        children:
          - set: {done: false, text: "it's", count: 0, half: 0.5}
          - set: {list: [1, two, {three: 3}], nothing: null, tilde: "~", digits: "12", marked: "$$5"}
          - condition: {if: not $done and $n + 1 > -2}
          - condition: {if: "1 < $n < 4 or $way in ['left']"}
          - parallel: {policy: 2, children: [say: {text: "5"}, look: {seconds: 1}, wait: {seconds: 0.125}]}
          - parallel: [say: {}]
          - fallback: [fail: {code: a, recoverable: false}, say: {text: "$$x"}]
          - count: {start: $n * 2, outputs: {total: n2}}
          - retry: {attempts: $n, child: {say: {}}}
          - retry: {attempts: 4, wait: 0.5, wait_factor: 2, budget: 60, child: {say: {}}}
          - retry: {attempts: 4, abort_on: [a, b], child: {say: {}}, recovery: {say: {}}}
          - repeat: {times: 4, keep_going: false, child: {say: {}}}
          - repeat: {until: false, keep_going: false, child: {say: {}}}
          - repeat: {until: $n > 2, child: {say: {}}, recovery: {say: {}}}
          - for_each: {items: $names, as: each, index: i, keep_going: true, child: {say: {text: $each}}}
          - for_each: {items: [1, 2.5, "3"], as: thing, child: {set: {last: $thing}}}
          - guard: {while: not $done, code: too_late, child: {move: {seconds: 0.5}}}
          - catch: {as: why, child: {fail: {}}, cases: {"slipped, lost": {say: {}}, default: {say: {}}}}
          - give_up: {code: x, message: "$n of $$5"}
          - timeout: {seconds: 2.5, child: {invert: {child: {force_success: {child: {say: {}}}}}}}
          - force_failure: {child: {say: {}}}
          - timeout: {seconds: $ratio, child: {say: {}}}
          - switch: {on: $way, cases: {left: {say: {}}, right: {say: {}}}}
          - switch: {on: $n, cases: {1: {say: {}}, 2: {say: {}}, default: {say: {}}}}
          - switch: {on: $n, cases: {1: {say: {}}}}
          - prompt: {text: "Is $n right?", choices: ["yes", "no"], default: "no", seconds: 5, outputs: {answer: said}}
          - subtree: {use: inner, inputs: {first: $n}, outputs: {first: back}}
          - subtree: {use: inner, name: Again, inputs: {first: 5}}
    always: {say: {text: end}}
"""  # fmt: skip
INNER = "mission: inner\ninputs: {first: {type: int}}\noutputs: {first: {type: int}}\nroot: {set: {first: $first + 1}}"


def test_every_word_goes_there_and_back(write: Write, toys: Any) -> None:
    write(INNER, "inner")
    spec = load_spec(str(write(EVERYTHING.lstrip(), "everything")), toys)
    text = write_xml(spec, toys)
    path = write(text, "there").rename(write("", "gone").with_suffix(".xml"))
    path.write_text(text)
    assert whole(load_spec(str(path), toys)) == whole(spec)
    for said in ("catch: BehaviorTree.CPP has no such node", "values with a $ are expressions"):
        assert said in text.split("-->")[0]


STANDARD = [
    ("<ReactiveSequence><say/></ReactiveSequence>", "sequence: {memory: false, children: [say: {}]}"),
    ("<Selector><say/></Selector>", "fallback: [say: {}]"),
    ("<Parallel success_count='-1'><say/><look/></Parallel>", "parallel: [say: {}, look: {}]"),
    ("<Parallel success_count='1' failure_count='2'><say/><look/></Parallel>",
     "parallel: {policy: any, children: [say: {}, look: {}]}"),
    ("<Timeout msec='1500'><say/></Timeout>", "timeout: {seconds: 1.5, child: {say: {}}}"),
    ("<Sequence memory='False'><say/></Sequence>", "sequence: {memory: false, children: [say: {}]}"),
    ("<Parallel policy='success_on_all'><say/></Parallel>", "parallel: [say: {}]"),
    ("<Retry num_failures='3'><FailureIsSuccess><say/></FailureIsSuccess></Retry>",
     "retry: {attempts: 3, child: {force_success: {child: {say: {}}}}}"),
    ("<Timeout duration='2.5'><say/></Timeout>", "timeout: {seconds: 2.5, child: {say: {}}}"),
    ("<Repeat num_success='2'><say/></Repeat>", "repeat: {times: 2, keep_going: false, child: {say: {}}}"),
    ("<Delay delay_msec='500'><say/></Delay>", "sequence: [wait: {seconds: 0.5}, say: {}]"),
    ("<AlwaysSuccess/>", "condition: {if: true}"),
    ("<AlwaysFailure name='no'/>", "give_up: {name: 'no', code: always_failure}"),
    ("<Action ID='say' text='a' name='Talk'/>", "say: {text: a, name: Talk}"),
    ("<say text='7'/>", "say: {text: '7'}"),
    ("<look seconds='7'/>", "look: {seconds: 7}"),
    ("<Sequence><SetBlackboard value='5' output_key='n'/><count start='{n}' total='{t}'/></Sequence>",
     "sequence: [set: {n: 5}, count: {start: $n, outputs: {total: t}}]"),
    ("<Script code=\"a := 1; b := 'x;y'\"/>", "set: {a: 1, b: 'x;y'}"),
    ("<Script code='a := 1; b := a + 2'/>", "sequence: [set: {a: 1}, set: {b: $a + 2}]"),
    ("<Sequence><Script code='n:=1'/><ScriptCondition code='n &lt; 5 &amp;&amp; !(n == 2)'/></Sequence>",
     "sequence: [set: {n: 1}, condition: {if: $n < 5 and not ($n == 2)}]"),
    ("<LoopInt queue='1;2' value='{i}'><say/></LoopInt>", "for_each: {items: [1, 2], as: i, child: {say: {}}}"),
    ("<KeepRunningUntilFailure><say/></KeepRunningUntilFailure>",
     "repeat: {until: false, keep_going: false, child: {say: {}}}"),
    ("<Switch2 variable='b' case_1='a' case_2='b'><say/><look/><fail/></Switch2>",
     "switch: {on: b, cases: {a: {say: {}}, b: {look: {}}, default: {fail: {}}}}"),
]  # fmt: skip


@pytest.mark.parametrize(("element", "word"), STANDARD)
def test_standard_nodes_become_words(load: Any, write: Write, toys: Any, element: str, word: str) -> None:
    assert node(load(xml(element)).root) == node(load_spec(str(write(f"root: {{{word}}}")), toys).root)


# where the problem stands (line 3 of the file), part of the message
REFUSED = [
    ("<ManualSelector", "use prompt and switch", "<Sequence><ManualSelector><say/></ManualSelector></Sequence>"),
    ("<sayy", "<sayy> has no counterpart in a mission; did you mean 'say'", "<sayy/>"),
    ("'soon'", "input 'seconds' of look: input should be a valid number", "<look  seconds='soon'/>"),
    ("'1'", "look has no input 'secs'", "<look secs='1'/>"),
    ("'true'", "_autoremap does not carry over", "<say _autoremap='true'/>"),
    ("'a'", "_skipIf does not carry over", "<say _skipIf='a'/>"),
    ("'{t}'", "msec is in milliseconds", "<Timeout msec='{t}'><say/></Timeout>"),
    (
        "'x'",
        "attribute 'odd' of Inverter does not",
        "<Inverter odd='x'><say/></Inverter>",
    ),
    ("<Inverter", "Inverter has exactly one child, got 0", "<Inverter/>"),
    ("<Parallel", "here it fails with the 2. failure", "<Parallel success_count='1'><say/><look/></Parallel>"),
    ("'success_on_one'", "fails with any child", "<Parallel policy='success_on_one'><say/></Parallel>"),
    ("'a ? b : c'", "has no counterpart in an expression", "<ScriptCondition code='a ? b : c'/>"),
    ("'total'", "needs a key in braces", "<count start='1' total='total'/>"),
    ("<finally", "finally has 2 children here, got 1", "<finally><say/></finally>"),
    ("'gone'", "subtree 'gone' not found", "<SubTree ID='gone'/>"),
    ("'M'", "a subtree that contains itself: M -> M", "<SubTree ID='M'/>"),
    ("'{nowhere}'", "nothing in this mission writes 'nowhere'", "<say text='{nowhere}'/>"),
]


@pytest.mark.parametrize(("at", "message", "element"), REFUSED)
def test_what_does_not_carry_over_is_told_with_its_place(load: Any, at: str, message: str, element: str) -> None:
    with pytest.raises(MissionError) as caught:
        load(xml(element))
    places = [(p.mark.line, p.mark.column) for p in caught.value.problems if message in p.message]
    assert places == [(3, element.index(at) + 1)], str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not XML: no element found"),
        ("<root>", "not XML: no element found"),
        ("<root a='1' a='2'/>", "not XML: duplicate attribute"),
        ("<mission/>", 'expected <root BTCPP_format="4">, got <mission>'),
        ("<root/>", "no BehaviorTree"),
        ("<root>text</root>", "text between elements"),
        ("<root><BehaviorTree ID='A'/></root>", "exactly one child, got 0"),
        (
            "<root><BehaviorTree ID='A'><say/></BehaviorTree><BehaviorTree ID='A'><say/></BehaviorTree></root>",
            "a second",
        ),
        ("<root><BehaviorTree ID='A'><say/></BehaviorTree><BehaviorTree ID='B'><say/></BehaviorTree></root>", "A, B"),
        ("<root><include path='x.xml'/></root>", "name the file as ID of a SubTree"),
        ('<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><root>&c;</root>', "a document type is refused"),
        ('<!DOCTYPE r SYSTEM "file:///etc/passwd"><root/>', "a document type is refused"),
        ("<root>" + "<Inverter>" * 400, "nested more than"),
        (xml("<Inverter>" * 200 + "<say/>" + "</Inverter>" * 200), "more than 100 nodes below each other"),
        ("<root>\x00</root>", "not XML"),
    ],
)
def test_files_that_are_no_mission(load: Any, text: str, message: str) -> None:
    with pytest.raises(MissionError, match=r"m\.xml:[0-9]+:[0-9]+: ") as caught:
        load(text)
    assert message in str(caught.value)


def test_ports_of_a_tree_without_a_model_are_inferred(load: Any) -> None:
    inner = '<Sequence><count start="{n}" total="{sum}"/><say text="done"/></Sequence>'
    more = f'<BehaviorTree ID="Inner">{inner}</BehaviorTree>'
    spec = load(
        xml(
            "<Sequence><Script code='k := 1'/><SubTree ID='Inner' n='{k}' sum='{s}'/><count start='{s}'/></Sequence>",
            more,
        )
    )
    call = spec.root.children[1]
    assert call.subtree is not None
    assert (list(call.subtree.inputs), list(call.subtree.outputs)) == (["n"], ["sum"])
    assert ([v.text for v in call.values.values()], dict(call.outputs)) == (["$k"], {"sum": "s"})


def test_a_tree_may_use_a_mission_in_yaml(load: Any, write: Write) -> None:
    write("mission: inner\ninputs: {n: {type: str}}\noutputs: {m: {type: int}}\nroot: {set: {m: 1}}", "inner")
    call = load(xml("<SubTree ID='inner' n='5' m='{result}'/>")).root
    assert (call.values["n"].evaluate({}), dict(call.outputs)) == ("5", {"m": "result"})


def test_a_mission_in_xml_runs(start: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "other.xml").write_text(
        xml(
            "<Sequence><say text='a'/><RetryUntilSuccessful num_attempts='2'><fail times='1'/>"
            "</RetryUntilSuccessful></Sequence>"
        )
    )
    run = start("root: {subtree: {use: other.xml}}")
    assert (run.notes, run.result.outcome) == (["a", "try 1", "try 2"], "success")


@pytest.mark.parametrize(
    ("script", "expression"),
    [
        ("!a == b", "(not $a) == $b"),
        ("!!a", "not not $a"),
        ("!(a || b) && c", "not ($a or $b) and $c"),
        ("-x*2 >= .5", "-$x * 2 >= .5"),
    ],
)
def test_scripts(script: str, expression: str) -> None:
    assert to_expression(script) == expression


@pytest.mark.parametrize("expression", ["1 < $n < 3", "$seen.share > 1", "min($a, 2)", "not $a == 1", "$a in [1]"])
def test_expressions_without_a_script(expression: str) -> None:
    with pytest.raises(ScriptError):
        to_script(expression)


@pytest.mark.parametrize("code", ["", "a", "a := ", "1 := 2", "a := b ? 1 : 2", "!" * 300])
def test_scripts_that_mean_nothing_here(code: str) -> None:
    with pytest.raises(ScriptError):
        assignments(code)
