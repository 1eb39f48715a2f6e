"""What the endpoints of a project take and answer, from its OpenAPI documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pages.markdown import named, table

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["endpoints_page"]

DOCS = Path(__file__).parent.parent.parent / "templates/queue/docs"


def endpoints_page() -> str:
    """Both documents: the handler, which Standard has too, and the intake."""
    return "\n".join(
        [
            "# Endpoints\n",
            "The same as OpenAPI 3.1: `docs/openapi.yaml` in a Standard or Queue project, and"
            " `docs/openapi-intake.yaml` in a Queue project.",
            "The project's own tests hold the server to these documents.\n",
            "## The handler (Standard, Queue)\n",
            *_document("openapi.yaml"),
            "## Intake (Queue)\n",
            *_document("openapi-intake.yaml"),
        ]
    )


def _document(name: str) -> Iterator[str]:
    document = yaml.safe_load((DOCS / name).read_text(encoding="utf-8"))
    yield document["info"]["description"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"### `{method.upper()} {path}`\n"
            yield f"{operation['summary']}\n"
            yield f"{operation.get('description', '')}\n"
            yield from _request(operation, document)
            yield _answers(operation, document)


def _request(operation: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    body = operation.get("requestBody")
    if not body:
        return
    yield f"{body.get('description', '')}\n"
    for media in body["content"].values():
        schema = _resolved(media["schema"], document)
        required = schema.get("required", [])
        if fields := schema.get("properties", {}):
            yield table(
                ["field", "needed", "what it is"],
                (
                    [named(name), "yes" if name in required else "no", _said(field)]
                    for name, field in fields.items()
                ),
            )
        return


def _answers(operation: dict[str, Any], document: dict[str, Any]) -> str:
    answers = []
    details = []
    for status, answer in operation["responses"].items():
        said = str(_resolved(answer, document)["description"]).strip()
        first, _, rest = said.partition("\n\n")
        answers.append([status, " ".join(first.split())])
        if rest:
            details.append(f"Of {status}:\n\n{rest}\n")
    return "\n".join([table(["answer", "means"], answers), *details])


def _resolved(node: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    if not reference:
        return node
    found: Any = document
    for key in reference.removeprefix("#/").split("/"):
        found = found[key]
    return dict(found)


def _said(field: dict[str, Any]) -> str:
    return " ".join(str(field.get("description", "")).split())
