from tests.unit.predictors.conftest import one_thread

__all__ = ["one_thread"]
