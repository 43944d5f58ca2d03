from __future__ import annotations

import pytest

from server.settings.urls import proxy_network


@pytest.mark.parametrize("text", ["10.0.0.7", "10.0.0.0/8", "::1", "fd00::/8"])
def test_proxies(text: str) -> None:
    assert proxy_network(text) == text


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "::/0", "10.0.0.7/8", "proxy", "10.0.0", "", "10.0.0.7:80"])
def test_what_is_no_proxy(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        proxy_network(text)
