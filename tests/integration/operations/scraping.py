"""Reading metrics as Prometheus does."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import METRICS, LiveServer

AUTHORIZED = {"authorization": f"Bearer {METRICS['METRICS_TOKEN']}"}


class Samples:
    """The samples of a page."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """One sample; 0 where there is none yet."""
        return self.found.get((name, tuple(sorted(labels.items()))), 0.0)

    def total(self, name: str, **labels: str) -> float:
        """The sum of the samples that have these labels, and perhaps more."""
        wanted = set(labels.items())
        return sum(value for (found, has), value in self.found.items() if found == name and wanted <= set(has))


def scrape(url: str) -> Samples:
    """The page at a base URL."""
    answer = httpx.get(f"{url}/metrics", headers=AUTHORIZED, trust_env=False)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    return Samples(answer.text)


def worker_url(live: LiveServer) -> str:
    """Where the session's worker serves its metrics."""
    return f"http://127.0.0.1:{live.environment['WORKER_METRICS_PORT']}"
