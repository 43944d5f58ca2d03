"""The examples of docs/marketplace.md, run in their order by those who would: ada, bob and an administrator."""

from __future__ import annotations

import re
from typing import Any

from tests.conftest import ROOT, LiveServer
from tests.support.operations import administrator, handle_of, settled, somebody

PAGE = (ROOT / "docs" / "marketplace.md").read_text()
EXAMPLE = re.compile(r"^```graphql\n(?P<query>\w+ (?P<name>\w+).*?)^```\n", re.MULTILINE | re.DOTALL)
OF_ADMINS = {"Feature", "Reports", "Close"}
OF_OTHERS = {"Fork", "Report"}


async def test_the_examples_run_as_they_stand(live_server: LiveServer) -> None:
    (ada, mine), (bob, other) = await somebody(live_server.url), await somebody(live_server.url)
    admin = await administrator(live_server)
    answers: dict[str, Any] = {}
    for example in EXAMPLE.finditer(PAGE):
        query = example["query"].replace("ada/", f"{mine}/").replace('"ada"', f'"{mine}"')
        name, variables = example["name"], {}
        if name == "Show":
            done = await ada.create(f"{mine}/parrot", {"text": "to be"}, wait=60)
            assert done["status"] == "SUCCEEDED"
            variables = {"prediction": done["id"]}
        if name == "Close":
            variables = {"report": answers["Reports"]["modelReports"]["nodes"][0]["id"]}
        client = admin if name in OF_ADMINS else bob if name in OF_OTHERS else ada
        answers[name] = await client.run(query, **variables)
        if name == "Describe":
            await settled(ada, f"{mine}/parrot")
    assert await handle_of(bob) == other
    for client in (ada, bob, admin):
        await client.close()
    license_url = "https://spdx.org/licenses/Apache-2.0.html"
    assert answers["Describe"]["createModel"]["license"] == {"name": "Apache-2.0", "isSpdx": True, "url": license_url}
    assert [node["slug"] for node in answers["Chats"]["models"]["nodes"]] == [f"{mine}/parrot"]
    assert answers["Feature"]["featureModel"]["featuredAt"]
    assert answers["Page"]["owner"]["modelCount"] == 1
    assert answers["Show"]["updateModel"]["samples"][0]["text"] == "to be"
    fork = answers["Fork"]["forkModel"]
    assert (fork["slug"], fork["forkedFrom"]) == (f"{other}/my-parrot", {"slug": f"{mine}/parrot"})
    assert fork["latestVersion"]["state"] == "READY"
    (report,) = answers["Reports"]["modelReports"]["nodes"]
    assert (report["text"], report["reporter"]) == ("It is no bird.", {"handle": other})
    assert answers["Close"]["closeModelReport"]["note"] == "It says so now."
