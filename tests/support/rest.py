"""Accounts over REST."""

from __future__ import annotations

import ssl

import httpx

from tests.support.operations import unique


def rest_token(url: str, verify: ssl.SSLContext | bool = True) -> str:
    """The access token of a new user."""
    handle = unique()
    new = {"username": handle, "email": f"{handle}@example.com", "password": "correct horse battery"}
    answer = httpx.post(f"{url}/v1/auth/register", json=new, verify=verify, trust_env=False)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["access_token"]
    return token
