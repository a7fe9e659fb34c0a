"""A JSON Schema (draft 2020-12) of mission files, for completion and checks in an editor.

It knows the words, the skills with their ports, and descriptions of all; what flows between nodes is for `pg4da check`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import PydanticSchemaGenerationError, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.fields import FieldInfo

from pg4da.mission.codes import known_codes
from pg4da.mission.declarations import TYPES
from pg4da.mission.declaring import DECLARATION
from pg4da.mission.grammar import WORDS, Code, Field, Word
from pg4da.skills.skill import Ports, Skill

Schema = dict[str, Any]
REFERENCE: Schema = {"type": "string", "pattern": r"\$", "description": "an expression over keys, such as $n < 5"}
_NODE: Schema = {"$ref": "#/$defs/node"}
_NAME: Schema = {"type": ["string", "number"], "description": "what people see"}
_KEY: Schema = {"type": "string", "pattern": r"^\$?[A-Za-z_][A-Za-z_0-9]*$"}
_KEYS: Schema = {"type": "object", "additionalProperties": _KEY, "description": "each with the key it is written to"}


def mission_schema(skills: Mapping[str, type[Skill]]) -> Schema:
    """The schema with everything that these skills bring."""
    codes = known_codes(skills)
    nodes = {word: _word(word, grammar, codes) for word, grammar in WORDS.items()}
    nodes |= {name: _skill(skills[name]) for name in skills}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mission of pg4da",
        "type": "object",
        "required": ["mission", "root"],
        "additionalProperties": False,
        "properties": {
            "mission": {"type": ["string", "number"], "description": "its name"},
            "description": {"type": ["string", "number"]},
            "inputs": {"$ref": "#/$defs/declarations"},
            "outputs": {"$ref": "#/$defs/declarations"},
            "root": _NODE,
        },
        "$defs": {
            "node": _one_of(nodes),
            "children": {"type": "array", "items": _NODE, "minItems": 1},
            "declarations": _declarations(),
            "codes": {"type": "array", "items": _code(codes)},
        },
    }


def _one_of(nodes: Mapping[str, Schema]) -> Schema:
    """A mapping with exactly one key."""
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": dict(nodes),
    }


def _declarations() -> Schema:
    properties: Schema = {
        "type": {"enum": list(TYPES)},
        "default": {"description": "not required when it is given"},
        "unit": {"type": "string"},
        "min": {"type": "number"},
        "max": {"type": "number"},
        "choices": {"type": "array", "minItems": 1},
        "description": {"type": ["string", "number"]},
    }
    body = {"type": "object", "required": ["type"], "additionalProperties": False}
    return {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z_0-9]*$"},
        "additionalProperties": {**body, "properties": {key: properties[key] for key in DECLARATION}},
    }


def _code(codes: Mapping[str, str]) -> Schema:
    """Any code is allowed; those that are known are offered with what they mean."""
    offered = [{"const": code, "description": line} for code, line in codes.items()]
    return {"anyOf": [*offered, _of_type(Code)]}


def _word(name: str, word: Word, codes: Mapping[str, str]) -> Schema:
    properties: Schema = {"name": _NAME, **{key: _field(rule) for key, rule in word.fields.items()}}
    properties |= dict.fromkeys(word.slots, _NODE)
    required = [key for key, rule in word.fields.items() if rule.required]
    required += [role for role, needed in word.slots.items() if needed]
    if word.cases:
        properties["cases"] = {"type": "object", "minProperties": 1, "additionalProperties": _NODE}
        if name == "catch":
            offered = {code: {**_NODE, "description": line} for code, line in codes.items()}
            properties["cases"]["properties"] = {**offered, "default": _NODE}
        required.append("cases")
    if word.ports or name == "subtree":
        properties["outputs"] = _KEYS
    if word.many:
        properties["children"] = {"$ref": "#/$defs/children"}
        required.append("children")
    body: Schema = {"type": "object", "properties": properties, "additionalProperties": word.open}
    body |= {"required": required} if required else {}
    body |= {"minProperties": 1} if word.open else {}
    if word.many:
        body = {"if": {"type": "array"}, "then": {"$ref": "#/$defs/children"}, "else": body}
    return {"description": word.summary, **body}


def _field(rule: Field) -> Schema:
    if rule.writes:
        return {**_KEY, "description": rule.summary}
    if rule.annotation is dict:
        return {"type": "object", "description": rule.summary}
    if rule.annotation == list[Code]:
        return {"$ref": "#/$defs/codes", "description": rule.summary}
    schema = _of_type(rule.annotation)
    if rule.annotation is bool and not rule.static:
        schema = {"type": ["boolean", "string"]}
    if not rule.static and not rule.template:
        schema = _or_reference(schema)
    described = {"description": rule.summary} if rule.summary else {}
    return {**schema, **described, **({} if rule.default is None else {"default": rule.default})}


def _or_reference(schema: Schema) -> Schema:
    return schema if not schema or "string" in schema.get("type", "") else {"anyOf": [schema, REFERENCE]}


def _skill(skill: type[Skill]) -> Schema:
    properties: Schema = {"name": _NAME}
    properties |= {name: _port(port) for name, port in skill.Inputs.model_fields.items()}
    if skill.Outputs.model_fields:
        properties["outputs"] = _outputs(skill.Outputs)
    required = [name for name, port in skill.Inputs.model_fields.items() if port.is_required()]
    body = {"properties": properties, "additionalProperties": False, **({"required": required} if required else {})}
    kinds = "object" if required else ["object", "null"]
    return {"description": inspect.getdoc(skill) or skill.name, "type": kinds, **body}


def _outputs(ports: type[Ports]) -> Schema:
    properties = dict.fromkeys(ports.model_fields, _KEY)
    return {**{k: v for k, v in _KEYS.items() if k != "additionalProperties"}, "properties": properties,
            "additionalProperties": False}  # fmt: skip


def _port(port: FieldInfo) -> Schema:
    schema = _or_reference(_of_type(port.rebuild_annotation(), otherwise=REFERENCE))
    described = {"description": port.description} if port.description else {}
    plain = port.default is None or isinstance(port.default, (bool, int, float, str))
    given = {"default": port.default} if not port.is_required() and plain else {}
    return {**schema, **described, **given}


def _of_type(annotation: Any, otherwise: Schema | None = None) -> Schema:
    """pydantic's schema of a type; values that no file can hold come by reference only."""
    if annotation is Any:
        return {}
    try:
        schema = TypeAdapter(annotation).json_schema()
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema):
        return otherwise or {}
    return {} if "$defs" in schema else schema
