"""Code that runs models, one kind a folder; torch is imported only here and in the runner.

A class of your own finds here what it needs: `from workers.predictors import File, Input, PredictionContext`.
"""

import warnings
from typing import TYPE_CHECKING

from pydantic import Field as Input

from workers.contract.predictor import InputRejectedError, PredictionContext, VersionRefusedError
from workers.predictors.custom.signature import File

__all__ = ["File", "Input", "InputRejectedError", "PredictionContext", "VersionRefusedError"]

if not TYPE_CHECKING:  # a type checker knows the new names alone

    def __getattr__(name: str) -> type[Exception]:
        """The exceptions by their earlier names, which classes of others import."""
        exception = {"InputRejected": InputRejectedError, "Refused": VersionRefusedError}.get(name)
        if exception is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        warnings.warn(f"{name} is called {exception.__name__} now", DeprecationWarning, stacklevel=2)
        return exception
