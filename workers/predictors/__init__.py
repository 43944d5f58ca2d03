"""Code that runs models, one kind a folder; torch is imported only here and in the runner.

A class of your own finds here what it needs: `from workers.predictors import File, Input, PredictionContext`, and names
of Cog in `workers.predictors.custom.cog`.
"""

import warnings
from typing import TYPE_CHECKING

from workers.contract.predictor import InputRejectedError, PredictionContext, VersionRefusedError
from workers.predictors.custom.fields import File, Input, Secret
from workers.predictors.custom.output import OutputFile

__all__ = ["File", "Input", "InputRejectedError", "OutputFile", "PredictionContext", "Secret", "VersionRefusedError"]

if not TYPE_CHECKING:  # a type checker knows the new names alone

    def __getattr__(name: str) -> type[Exception]:
        """The exceptions by their earlier names, which classes of others import."""
        exception = {"InputRejected": InputRejectedError, "Refused": VersionRefusedError}.get(name)
        if exception is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        warnings.warn(f"{name} is called {exception.__name__} now", DeprecationWarning, stacklevel=2)
        return exception
