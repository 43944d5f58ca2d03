from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.cluster import Cluster, running_cluster


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two APIs and two workers, whole between the tests; heal it first."""
    with running_cluster(tmp_path_factory.mktemp("chaos")) as found:
        yield found
