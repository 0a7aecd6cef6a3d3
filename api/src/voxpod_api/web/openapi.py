"""The OpenAPI document: what FastAPI makes of the routes, and what it cannot know of bodies that we read ourselves."""

from typing import Any

from fastapi import FastAPI

Json = dict[str, Any]


class DocumentedApi(FastAPI):
    """An application whose document has every part that it refers to."""

    def openapi(self) -> Json:
        """The document; made once."""
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for operation in (one for methods in document["paths"].values() for one in methods.values()):
            for content in operation.get("requestBody", {}).get("content", {}).values():
                # pydantic writes what a body is made of into the body
                schemas |= content["schema"].pop("$defs", {})
        return document
