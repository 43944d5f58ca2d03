"""Files on their way to a model."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

from PIL import Image

from tests.support.api import Client

CREATE_UPLOAD = """mutation ($input: CreateUploadInput!) { createUpload(input: $input) { __typename
  ... on Upload { uri url contentType sizeBytes expiresAt }
  ... on InvalidInput { violations { path message code } } ... on UserError { code message } } }"""
LIMIT = 3_000_000


async def place(client: Client, size: int, content_type: str = "application/octet-stream") -> dict[str, Any]:
    new = {"sizeBytes": size, "contentType": content_type}
    made: dict[str, Any] = (await client.run(CREATE_UPLOAD, input=new))["createUpload"]
    return made


async def uploaded(client: Client, data: bytes, content_type: str = "application/octet-stream") -> str:
    upload = await place(client, len(data), content_type)
    answer = await client.http.put(upload["url"], content=data)
    assert answer.status_code == 201, answer.text
    assert answer.json()["sha256"] == hashlib.sha256(data).hexdigest()
    return str(upload["uri"])


def inline(data: bytes, content_type: str = "application/octet-stream") -> str:
    return f"data:{content_type};base64,{base64.b64encode(data).decode()}"


def picture(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG")
    return buffer.getvalue()


async def rejected(client: Client, model: str, values: dict[str, Any]) -> list[dict[str, str]]:
    made = await client.create(model, values)
    assert made["__typename"] == "InvalidInput", made
    return list(made["violations"])
