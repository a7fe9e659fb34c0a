"""Does a value written in a file fit the type of its port or field."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import PydanticUserError, TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation

_ANY: Any = {"arbitrary_types_allowed": True}


def misfit(annotation: Any, value: Any) -> str:
    """Why a literal does not fit a type; empty when it fits. Text is never taken for a number."""
    if annotation is Any:
        return ""
    adapter = _adapter(annotation)
    if adapter is None:
        return f"only a key can hold a {getattr(annotation, '__name__', annotation)}"
    try:
        adapter.validate_python(value, strict=not isinstance(value, (list, dict)))
    except ValidationError as error:
        message = error.errors()[0]["msg"]
        return message[0].lower() + message[1:]
    except RecursionError:
        return "nested too deep"
    return ""


def _adapter(annotation: Any) -> TypeAdapter[Any] | None:
    try:
        return _kept(annotation)
    except TypeError:  # a type with something in it that can't be hashed
        return _made(annotation)


@lru_cache(maxsize=1000)
def _kept(annotation: Any) -> TypeAdapter[Any] | None:
    return _made(annotation)


def _made(annotation: Any) -> TypeAdapter[Any] | None:
    """None for a type that pydantic knows nothing of, such as a dataclass that holds arrays."""
    for config in (_ANY, None):
        try:
            return TypeAdapter(annotation, config=config)
        except (PydanticUserError, PydanticSchemaGenerationError, PydanticUndefinedAnnotation):
            continue
    return None
