"""Every route of the application, with what it takes: attacks walk this table, so that a new route is attacked too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class RouteEntry:
    """One method of one address."""

    method: str
    path: str
    path_names: tuple[str, ...]
    query_names: tuple[str, ...]
    form_names: tuple[str, ...]
    values: Mapping[str, FieldInfo] = field(compare=False)
    """What it takes, by name."""

    @property
    def schemas(self) -> Mapping[str, object]:
        """JSON Schema of each value it takes, by name. To make them all takes longer than most walks of the table."""
        return {name: _json_schema(value) for name, value in self.values.items()}

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def address(self, **values: str) -> str:
        """The address with these values, and something harmless where none is given."""
        address = self.path
        for name in self.path_names:
            address = address.replace(f"{{{name}}}", values.get(name, "1"))
        return address

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def route_table(app: FastAPI) -> tuple[RouteEntry, ...]:
    """All of them, in a fixed order."""
    return tuple(sorted(_entries(app), key=str))


def _entries(app: FastAPI) -> Iterator[RouteEntry]:
    for route in app.routes:
        if isinstance(route, APIRoute):
            parts = tuple(_parts(route.dependant))
            for method in route.methods or ():
                yield RouteEntry(
                    method,
                    route.path,
                    tuple(field.alias for part in parts for field in part.path_params),
                    tuple(field.alias for part in parts for field in part.query_params),
                    tuple(field.alias for part in parts for field in part.body_params),
                    {
                        field.alias: field.field_info
                        for part in parts
                        for field in (*part.path_params, *part.query_params, *part.body_params)
                    },
                )


def _json_schema(value: FieldInfo) -> object:
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[value.annotation, value])  # type: ignore[arg-type]
    return adapter.json_schema()


def _parts(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for dependency in dependant.dependencies:
        yield from _parts(dependency)
