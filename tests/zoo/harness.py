"""What a folder does in the predictors of this server, beside what the plain library does with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.predictors.sink import Sink, run_to_end
from workers.contract.context import Adapter, CancelSignal, PredictionContext
from workers.contract.predictor import Device, Inspection, Predictor, SetupContext, VersionSpec
from workers.contract.protocol import Output

CPU = Device("cpu", "float32")
# two tokens so near each other may change places with the order of the sums
NEAR = 2e-3
REPLACEMENT = "\ufffd"


@dataclass
class Finding:
    """One kind of model in the zoo: what the plain library does with it, and in what this server differs."""

    name: str
    task: str = ""
    state: str = ""
    reason: str = ""
    engine: str = ""
    why: str = ""
    streams: bool = False
    adapters: str = ""
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        """Note a difference."""
        self.faults.append(text)


@dataclass
class Run:
    """What came of one prediction."""

    sink: Sink
    error: BaseException | None = None
    result: Any = None

    @property
    def text(self) -> str:
        """The text, or what went wrong instead."""
        return self.sink.output if self.error is None else f"{type(self.error).__name__}: {self.error}"


def load(predictor_class: type[Predictor], folder: Path, **options: Any) -> tuple[Inspection, Predictor | None, str]:
    """Inspect and load a folder: its inspection, the predictor where it is READY, and why not where it is REFUSED."""
    spec = VersionSpec("zoo", predictor_class.name, str(folder), options=options)
    try:
        inspection = predictor_class.inspect(spec)
    except Exception as error:
        return Inspection(), None, f"inspect ended with {type(error).__name__}: {error}"
    if inspection.refusal is not None:
        return inspection, None, inspection.refusal
    predictor = predictor_class()
    try:
        predictor.setup(spec, CPU, SetupContext(lambda *_: None))
    except Exception as error:
        return inspection, None, f"{error}" if "Refused" in type(error).__name__ else f"{type(error).__name__}: {error}"
    return inspection, predictor, ""


def check_sentence(finding: Finding, folder: Path) -> None:
    """A refusal is a sentence for the model's owner: it names no path of the server and no switch of a library."""
    for leak in (str(folder), str(folder.parent), "trust_remote_code", "Traceback"):
        if leak in finding.reason:
            finding.fault(f"the reason says {leak!r}: {finding.reason[:200]}")


def run(predictor: Predictor, values: dict[str, Any], adapter: Adapter | None = None) -> Run:
    """One prediction, to its end."""
    sink = Sink()
    context = PredictionContext("p", values, sink)
    context.adapter = adapter
    try:
        result = run_to_end(predictor, context)
    except (Exception, CancelSignal) as error:
        return Run(sink, error)
    return Run(sink, None, result)


class CancelingSink(Sink):
    """Asks its prediction to stop once it has said something a few times."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after
        self.context: PredictionContext | None = None

    def text(self, prediction: str, piece: str) -> None:
        super().text(prediction, piece)
        self._look()

    def put(self, message: Any) -> None:
        super().put(message)
        self._look()

    def _look(self) -> None:
        spoken = [m for m in self.messages if isinstance(m, Output) or type(m).__name__ == "Progress"]
        if self.context is not None and len(spoken) >= self._after:
            self.context.cancel()


def cancel_midway(predictor: Predictor, values: dict[str, Any], after: int = 2) -> Run:
    """A prediction that is asked to stop while it runs."""
    sink = CancelingSink(after)
    context = sink.context = PredictionContext("p", values, sink)
    try:
        run_to_end(predictor, context)
    except (Exception, CancelSignal) as error:
        return Run(sink, error)
    return Run(sink)
