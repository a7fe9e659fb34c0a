"""From a spec to nodes."""

from __future__ import annotations

from collections.abc import Mapping

from pg4da.mission.changes import Board
from pg4da.mission.controls import ConditionNode, FallbackNode, ParallelNode, SequenceNode, SetNode, SwitchNode
from pg4da.mission.decorators import FinallyNode, InvertNode, RepeatNode, RetryNode, TimeoutNode
from pg4da.mission.guards import CatchNode, ForceFailureNode, ForceSuccessNode, GuardNode
from pg4da.mission.leaf import SkillNode, SubtreeNode
from pg4da.mission.loops import ForEachNode
from pg4da.mission.node import Node
from pg4da.mission.prompt import PromptNode
from pg4da.mission.runtime import Runtime
from pg4da.mission.simple import GiveUpNode, WaitNode
from pg4da.mission.spec import NodeSpec
from pg4da.skills.skill import Skill

NODES: dict[str, type[Node]] = {
    "sequence": SequenceNode,
    "fallback": FallbackNode,
    "parallel": ParallelNode,
    "switch": SwitchNode,
    "retry": RetryNode,
    "repeat": RepeatNode,
    "timeout": TimeoutNode,
    "invert": InvertNode,
    "condition": ConditionNode,
    "finally": FinallyNode,
    "set": SetNode,
    "for_each": ForEachNode,
    "guard": GuardNode,
    "catch": CatchNode,
    "force_success": ForceSuccessNode,
    "force_failure": ForceFailureNode,
    "wait": WaitNode,
    "give_up": GiveUpNode,
    "prompt": PromptNode,
}


def build(spec: NodeSpec, skills: Mapping[str, type[Skill]], runtime: Runtime, board: Board, above: str = "") -> Node:
    """The node of a spec with everything below it. Paths join the names from the root with `/`."""
    path = f"{above}/{spec.name}" if above else spec.name
    if spec.subtree is not None:
        inner = Board(runtime.changes, len(runtime.nodes) + 1)
        node: Node = SubtreeNode(spec, path, runtime, board, inner)
        node.adopt([build(spec.subtree.root, skills, runtime, inner, path)])
    elif spec.word in skills:
        node = SkillNode(spec, path, runtime, board, skills[spec.word])
    else:
        node = NODES[spec.word](spec, path, runtime, board)
        node.adopt([build(child, skills, runtime, board, path) for child in spec.below()])
    return node
