"""Does a value written in a file fit the type of its port or field."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError


def misfit(annotation: Any, value: Any) -> str:
    """Why a literal does not fit a type; empty when it fits. Text is never taken for a number."""
    if annotation is Any:
        return ""
    adapter: TypeAdapter[Any] = TypeAdapter(annotation, config=None if _has_config(annotation) else _ANY)
    try:
        adapter.validate_python(value, strict=not isinstance(value, list))
    except ValidationError as error:
        message = error.errors()[0]["msg"]
        return message[0].lower() + message[1:]
    return ""


def _has_config(annotation: Any) -> bool:
    return hasattr(annotation, "model_config")


_ANY: Any = {"arbitrary_types_allowed": True}
