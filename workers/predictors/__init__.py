"""Code that runs models, one kind a file; torch is imported only here and in the runner.

What a class of one's own needs is here: `from workers.predictors import File, Input, InputRejected, PredictionContext`.
"""

from pydantic import Field as Input

from workers.contract.predictor import InputRejected, PredictionContext, Refused
from workers.predictors.custom.signature import File

__all__ = ["File", "Input", "InputRejected", "PredictionContext", "Refused"]
