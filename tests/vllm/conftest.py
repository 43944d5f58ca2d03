"""One small model in vLLM for all tests of a module, and the same in transformers beside it."""

import pytest

from workers.predictors.engines import has_vllm

collect_ignore_glob = [] if has_vllm() else ["test_*.py"]


def pytest_report_header() -> str:
    """Say why nothing is collected."""
    return "vLLM: installed" if has_vllm() else "vLLM: not in this environment, so that nothing of it is tested"


@pytest.fixture(autouse=True)
def _quiet(recwarn: pytest.WarningsRecorder) -> None:
    """Warnings of vLLM and its libraries are theirs."""
